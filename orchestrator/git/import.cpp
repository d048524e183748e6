// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/import.h"

#include "base/id.h"
#include "base/log.h"
#include "base/strings.h"
#include "git/repository.h"
#include "git/staging.h"
#include "sys/file.h"

#include <fmt/format.h>

namespace oopsfarm {

namespace fs = std::filesystem;

/// True for what can only be meant as a path on this host.
static bool is_local(const std::string& source)
{
  if (source.find("://") != std::string::npos) {
    return false;
  }
  // host:path is ssh's, but ./a:b and /a:b are paths.
  const auto colon = source.find(':');
  return colon == std::string::npos || source.find('/') < colon;
}

/// Configuration for one clone: git runs the sending side without ours, and
/// refuses folders of another owner unless a file says otherwise.
static Result<fs::path> write_clone_config(const fs::path& folder,
                                           const fs::path& source)
{
  const auto quoted = [](const fs::path& path) {
    return replace_all(replace_all(path.string(), "\\", "\\\\"), "\"", "\\\"");
  };
  const auto file = folder / "clone.gitconfig";
  TRY(write_file(file,
                 fmt::format("[safe]\n\tdirectory = \"{}\"\n"
                             "\tdirectory = \"{}\"\n",
                             quoted(source),
                             quoted(source / ".git"))));
  return file;
}

/// Objects borrowed from a third repository would be gone with it, so those
/// are copied through git's protocol.
static bool borrows_objects(const fs::path& source)
{
  std::error_code error;
  return fs::exists(source / "objects/info/alternates", error) ||
         fs::exists(source / ".git/objects/info/alternates", error);
}

static Result<GitCall> clone_call(const std::string& source,
                                  const Staging& staging)
{
  GitCall call;
  call.args = {"clone", "--quiet", "--bare", "--template="};
  std::string from = source;
  if (is_local(source)) {
    std::error_code error;
    const auto real = fs::canonical(source, error);
    if (error || !fs::is_directory(real)) {
      return user_error(fmt::format("{}: no such folder or file", source));
    }
    from = real.string();
    if (borrows_objects(real)) {
      call.args.emplace_back("--no-local");
    }
    TRY_ASSIGN(const auto config, write_clone_config(staging.folder(), real));
    call.env = {{"GIT_CONFIG_GLOBAL", config.string()}};
  }
  call.args.insert(call.args.end(),
                   {"--end-of-options", from, staging.git_dir().string()});
  return call;
}

static Result<Imported> describe_import(const Repository& repository)
{
  Imported imported;
  TRY_ASSIGN(const auto tags, repository.tags());
  if (!tags.empty()) {
    imported.tag = tags.front();
    TRY_ASSIGN(imported.commit, repository.resolve("refs/tags/" + tags[0]));
    return imported;
  }
  auto head = repository.resolve("HEAD");
  if (!head) {
    return user_error("the repository has no tags, and its HEAD no commit");
  }
  imported.commit = *head;
  return imported;
}

Result<Imported> import_git(const std::string& source,
                            const fs::path& dest,
                            ProcessRunner& processes,
                            const Stop& stop,
                            const ImportProgress& progress)
{
  if (source.empty() || source.front() == '-') {
    return user_error(fmt::format("'{}' is no repository", source));
  }
  TRY_ASSIGN(auto staging, Staging::make(dest));
  progress("clone", 0, 0);
  TRY_ASSIGN(const auto call, clone_call(source, staging));
  TRY_ASSIGN(auto cloned, Git(processes, stop).run(call));
  if (!cloned.ok()) {
    const auto words = replace_all(git_words(cloned), "\n", "; ");
    auto text = fmt::format("cannot clone {}: {}", printable(source), words);
    return is_host_trouble(words) ? infra_error(std::move(text))
                                  : user_error(std::move(text));
  }
  TRY_ASSIGN(const auto repository,
             Repository::open(staging.git_dir(), processes, stop));
  auto imported = describe_import(repository);
  if (!imported) {
    return std::move(imported.error()).in(printable(source));
  }
  TRY(staging.publish());
  return imported;
}

Result<Imported> import_tree(const std::string& source,
                             const fs::path& dest,
                             ProcessRunner& processes,
                             const Stop& stop,
                             const ImportProgress& progress)
{
  std::error_code error;
  if (is_local(source) && !fs::is_directory(source, error)) {
    return import_tarball(source, dest, processes, stop, progress);
  }
  return import_git(source, dest, processes, stop, progress);
}

} // namespace oopsfarm
