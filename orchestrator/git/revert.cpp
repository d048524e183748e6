// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/revert.h"

#include "base/log.h"
#include "base/strings.h"
#include "git/worktree.h"

#include <fmt/format.h>

#include <vector>

namespace oopsfarm {

static std::string ref_of(const std::string& onto, const std::string& culprit)
{
  return fmt::format("refs/oopsfarm/reverts/{}-{}", onto, culprit);
}

/// Paths that a commit touches, as they were and as they are.
static Result<std::vector<std::string>>
touched_files(const Repository& repository, const std::string& commit)
{
  TRY_ASSIGN(const auto text,
             repository.git().output(repository.call({"diff-tree",
                                                      "-r",
                                                      "-z",
                                                      "--no-commit-id",
                                                      "--no-renames",
                                                      "--name-only",
                                                      "--root",
                                                      commit})));
  std::vector<std::string> files;
  for (auto& file : split(text, '\0')) {
    if (!file.empty()) {
      files.push_back(std::move(file));
    }
  }
  return files;
}

static Result<bool> is_merge(const Repository& repository,
                             const std::string& commit)
{
  TRY_ASSIGN(const auto text,
             repository.git().output(repository.call(
                 {"rev-list", "--parents", "--max-count=1", commit, "--"})));
  return split(trim(text), ' ').size() > 2;
}

/// A fixed time, so that the commit is the same each time it is made.
static Result<std::string> time_of(const Repository& repository,
                                   const std::string& commit)
{
  TRY_ASSIGN(const auto text,
             repository.git().output(repository.call(
                 {"log", "--max-count=1", "--format=%ct", commit, "--"})));
  return std::string(trim(text)) + " +0000";
}

Result<Reverted> revert_commit(const Repository& repository,
                               const std::string& onto,
                               const std::string& culprit,
                               const std::filesystem::path& worktrees)
{
  const auto ref = ref_of(onto, culprit);
  TRY_ASSIGN(const auto known, repository.read_ref(ref));
  if (known) {
    return Reverted{*known, ""};
  }
  TRY_ASSIGN(const bool merge, is_merge(repository, culprit));
  if (merge) {
    return Reverted{"", "it is a merge"};
  }
  TRY_ASSIGN(const auto files, touched_files(repository, culprit));
  TRY_ASSIGN(const auto time, time_of(repository, onto));
  TRY_ASSIGN(const auto worktree,
             ScratchWorktree::make(repository, worktrees, onto, files));
  auto call = worktree.call({"revert", "--no-edit", culprit});
  call.env = {{"GIT_AUTHOR_DATE", time}, {"GIT_COMMITTER_DATE", time}};
  TRY_ASSIGN(const auto done, repository.git().run(call));
  if (!done.ok()) {
    if (done.status.signal != 0 || is_host_trouble(done.err)) {
      return infra_error("git revert: " + git_words(done));
    }
    return Reverted{"", "it does not revert: later commits build on it"};
  }
  TRY_ASSIGN(const auto commit, worktree.head());
  if (commit == onto) {
    return Reverted{"", "to revert it changes nothing"};
  }
  if (const auto kept = repository.write_ref(ref, commit); !kept) {
    log::warning("cannot keep the reverted commit for next time: " +
                 kept.error().message);
  }
  return Reverted{commit, ""};
}

} // namespace oopsfarm
