// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/worktree.h"

#include "base/log.h"
#include "base/strings.h"
#include "git/lock.h"
#include "sys/file.h"

#include <fmt/format.h>

namespace oopsfarm {

namespace fs = std::filesystem;

/// The folder below <git dir>/worktrees/ of the worktree at `path`, or "" when
/// `path` is no worktree of this repository, or not a whole one.
static fs::path admin_folder(const Repository& repository, const fs::path& path)
{
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(path / ".git", error))) {
    return {};
  }
  constexpr std::uint64_t longest = 8192;
  constexpr std::string_view prefix = "gitdir: ";
  const auto link = read_file(path / ".git", longest);
  if (!link || !link->starts_with(prefix)) {
    return {};
  }
  const fs::path admin(std::string(trim(link->substr(prefix.size()))));
  const auto back = read_file(admin / "gitdir", longest);
  const bool whole =
      fs::equivalent(
          admin.parent_path(), repository.git_dir() / "worktrees", error) &&
      back &&
      fs::equivalent(
          fs::path(std::string(trim(*back))), path / ".git", error) &&
      fs::exists(admin / "HEAD", error) &&
      fs::exists(admin / "commondir", error);
  return whole ? admin : fs::path();
}

static GitCall worktree_call(const fs::path& path,
                             const fs::path& admin,
                             std::vector<std::string> args)
{
  GitCall call;
  call.place = {admin, path};
  call.args = std::move(args);
  return call;
}

/// Removes what a killed git left. REQUIRES: no git works there.
static Status remove_locks(const fs::path& admin)
{
  for (const char* name : {"index.lock", "HEAD.lock", "ORIG_HEAD.lock"}) {
    std::error_code error;
    if (fs::exists(fs::symlink_status(admin / name, error))) {
      log::info(fmt::format("removing stale {}", (admin / name).string()));
      TRY(remove_tree(admin / name));
    }
  }
  return Ok{};
}

static Result<fs::path> add_worktree(const Repository& repository,
                                     const fs::path& path,
                                     const std::string& commit)
{
  TRY_ASSIGN(const auto lock, lock_worktrees(repository));
  TRY(remove_tree(path));
  TRY(make_folder(path.parent_path()));
  // --force: a registration for this path may be left over.
  TRY(repository.git().output(repository.call({"worktree",
                                               "add",
                                               "--quiet",
                                               "--force",
                                               "--force",
                                               "--detach",
                                               "--no-checkout",
                                               path.string(),
                                               commit})));
  auto admin = admin_folder(repository, path);
  if (admin.empty()) {
    return infra_error(
        fmt::format("git worktree add left no worktree at {}", path.string()));
  }
  return admin;
}

static Status move_worktree(const Git& git,
                            const fs::path& path,
                            const fs::path& admin,
                            const std::string& commit)
{
  TRY(remove_locks(admin));
  // Files whose times alone differ (a restored state folder) would be written
  // again. Its exit code says that others differ, too; checkout sees to them.
  TRY(git.run(worktree_call(path, admin, {"update-index", "-q", "--refresh"})));
  TRY(git.output(worktree_call(
      path, admin, {"checkout", "--quiet", "--force", "--detach", commit})));
  TRY(git.output(worktree_call(path, admin, {"clean", "-ffdxq"})));
  return Ok{};
}

/// Git names the files that it could not write, and seldom says why.
static Status name_full_disk(Status done, const fs::path& path)
{
  constexpr std::uint64_t nothing = 16U << 20;
  const auto left = free_space(path.parent_path());
  if (done || !left || *left >= nothing) {
    return done;
  }
  return infra_error(fmt::format("cannot check out {}: the disk is full; a "
                                 "kernel's sources want 1.5 GiB there; free "
                                 "some space, then run again",
                                 path.string()));
}

Status checkout(const Repository& repository,
                const fs::path& path,
                const std::string& commit)
{
  TRY(repository.resolve(commit)); // before anything is thrown away
  const auto whole = fs::absolute(path).lexically_normal();
  TRY(make_folder(whole.parent_path()));
  TRY_ASSIGN(const auto lock, FileLock::try_take(whole.string() + ".lock"));
  const auto known = admin_folder(repository, whole);
  if (!known.empty()) {
    auto moved = name_full_disk(
        move_worktree(repository.git(), whole, known, commit), whole);
    if (moved || repository.git().stop().requested() ||
        is_host_trouble(moved.error().message)) {
      return moved;
    }
    log::warning(fmt::format(
        "{}: {}; making it anew", whole.string(), moved.error().message));
  }
  TRY_ASSIGN(const auto admin, add_worktree(repository, whole, commit));
  return name_full_disk(move_worktree(repository.git(), whole, admin, commit),
                        whole);
}

} // namespace oopsfarm
