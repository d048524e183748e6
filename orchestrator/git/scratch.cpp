// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/id.h"
#include "base/strings.h"
#include "git/lock.h"
#include "git/worktree.h"
#include "sys/file.h"

#include <fmt/format.h>

namespace oopsfarm {

namespace fs = std::filesystem;

static constexpr const char* prefix = "series-";

/// A path as a literal pattern of git's sparse checkout (gitignore syntax).
static std::string literal_pattern(const std::string& file)
{
  std::string pattern = "/";
  for (const char c : file) {
    if (c == '*' || c == '?' || c == '[' || c == '\\' || c == ' ' || c == '!' ||
        c == '#') {
      pattern += '\\';
    }
    pattern += c;
  }
  return pattern + "\n";
}

/// True for a registration that a killed git left half written, or that is of a
/// worktree which stood below `parent`.
static bool is_dead(const fs::path& admin, const fs::path& parent)
{
  std::error_code error;
  for (const char* name : {"gitdir", "HEAD", "commondir"}) {
    if (!fs::exists(admin / name, error) && !error) {
      return true;
    }
  }
  constexpr std::uint64_t longest = 8192;
  const auto link = read_file(admin / "gitdir", longest);
  if (!link) {
    return false; // it is there: what can't be read for now is not dead
  }
  const auto folder = fs::path(std::string(trim(*link))).parent_path();
  // git wrote the real path; `parent` may lead there by a link.
  return fs::equivalent(folder.parent_path(), parent, error) &&
         !fs::exists(folder, error);
}

Status remove_dead_scratch(const Repository& repository, const fs::path& parent)
{
  const auto folder = fs::absolute(parent).lexically_normal();
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename().string().starts_with(prefix)) {
      TRY(remove_tree(entry.path()));
    }
  }
  TRY_ASSIGN(const auto lock, lock_worktrees(repository));
  for (const auto& entry :
       fs::directory_iterator(repository.git_dir() / "worktrees", error)) {
    if (is_dead(entry.path(), folder)) {
      TRY(remove_tree(entry.path()));
    }
  }
  return Ok{};
}

static Status add_registration(const Repository& repository,
                               const fs::path& path,
                               const std::string& commit)
{
  TRY_ASSIGN(const auto lock, lock_worktrees(repository));
  TRY(repository.git().output(repository.call({"worktree",
                                               "add",
                                               "--quiet",
                                               "--detach",
                                               "--no-checkout",
                                               path.string(),
                                               commit})));
  return Ok{};
}

ScratchWorktree::ScratchWorktree(fs::path path, fs::path admin, fs::path lock)
    : path_(std::move(path)), admin_(std::move(admin)), lock_(std::move(lock))
{
}

ScratchWorktree::ScratchWorktree(ScratchWorktree&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      admin_(std::exchange(other.admin_, {})), lock_(other.lock_)
{
}

ScratchWorktree& ScratchWorktree::operator=(ScratchWorktree&& other) noexcept
{
  if (this != &other) {
    release();
    path_ = std::exchange(other.path_, {});
    admin_ = std::exchange(other.admin_, {});
    lock_ = other.lock_;
  }
  return *this;
}

ScratchWorktree::~ScratchWorktree()
{
  release();
}

void ScratchWorktree::release()
{
  if (path_.empty()) {
    return;
  }
  constexpr std::chrono::seconds patience{5};
  const auto lock = wait_for_lock(lock_, patience, nullptr);
  // The registration last: without its folder it is dead, and is removed
  // at the next start, should we be killed between the two.
  static_cast<void>(remove_tree(path_));
  static_cast<void>(remove_tree(admin_));
}

Result<std::string> ScratchWorktree::head() const
{
  // Detached, so the file holds the id itself.
  TRY_ASSIGN(const auto text, read_file(admin_ / "HEAD"));
  return std::string(trim(text));
}

fs::path ScratchWorktree::helper_file(const std::string& name) const
{
  return admin_ / name;
}

GitCall ScratchWorktree::call(std::vector<std::string> args) const
{
  GitCall call;
  call.place = {admin_, path_};
  call.args = std::move(args);
  // By call, not in the repository: git's own `sparse-checkout` command would
  // rewrite the configuration that all worktrees share.
  call.config = {{"core.sparseCheckout", "true"},
                 {"core.sparseCheckoutCone", "false"}};
  return call;
}

Result<ScratchWorktree>
ScratchWorktree::make(const Repository& repository,
                      const fs::path& parent,
                      const std::string& commit,
                      const std::vector<std::string>& files)
{
  const auto folder = fs::absolute(parent).lexically_normal();
  TRY(make_folder(folder));
  // Unique, so git names the registration after it and adds no number.
  const std::string name = prefix + new_id();
  ScratchWorktree scratch(folder / name,
                          repository.git_dir() / "worktrees" / name,
                          worktrees_lock(repository));
  TRY(add_registration(repository, scratch.path_, commit));
  std::string patterns;
  for (const auto& file : files) {
    patterns += literal_pattern(file);
  }
  TRY(make_folder(scratch.admin_ / "info"));
  TRY(write_file(scratch.admin_ / "info" / "sparse-checkout", patterns));
  TRY(repository.git().output(scratch.call({"read-tree", "-m", "-u", commit})));
  return scratch;
}

} // namespace oopsfarm
