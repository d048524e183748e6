// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/apply.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"
#include "git/worktree.h"
#include "series/failure.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

namespace fs = std::filesystem;

/// Names what the commits depend on; a change in how they are made must change
/// the first line.
static std::string series_ref(const std::string& base, const Series& series)
{
  std::string text = "oopsfarm series 1\n" + base + "\n";
  for (const auto& patch : series.patches) {
    text += sha256_hex(patch.mail) + "\n";
  }
  return "refs/oopsfarm/series/" + sha256_hex(text);
}

static std::vector<std::string> touched_files(const Series& series)
{
  std::vector<std::string> files;
  for (const auto& patch : series.patches) {
    files.insert(files.end(), patch.files.begin(), patch.files.end());
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

/// Fills in the commits of an earlier run; false where there is none.
static Result<bool> find_commits(const Repository& repository,
                                 const std::string& ref,
                                 ApplyResult& result)
{
  TRY_ASSIGN(const auto tip, repository.read_ref(ref));
  if (!tip) {
    return false;
  }
  TRY_ASSIGN(const auto commits, repository.rev_list(result.base, *tip));
  if (commits.size() != result.patches.size()) {
    return false;
  }
  for (std::size_t i = 0; i < commits.size(); ++i) {
    result.patches[i].commit = commits[i].id;
  }
  return true;
}

namespace {

/// One series on its way into one worktree.
class Applier
{
public:
  Applier(const Repository& repository, const ScratchWorktree& worktree)
      : git_(repository.git()), worktree_(worktree)
  {
  }

  /// Its commit, or why there is none.
  Result<std::string> apply(const Patch& patch,
                            std::optional<ApplyFailure>& failure);

private:
  Result<ApplyFailure>
  diagnose(const Patch& patch, const fs::path& mail, const Finished& am);

  const Git& git_;
  const ScratchWorktree& worktree_;
};

} // namespace

Result<std::string> Applier::apply(const Patch& patch,
                                   std::optional<ApplyFailure>& failure)
{
  const auto mail = worktree_.helper_file("oopsfarm.mail");
  TRY(write_file(mail, patch.mail));
  TRY_ASSIGN(const auto before, worktree_.head());
  TRY_ASSIGN(const auto am,
             git_.run(worktree_.call({"am",
                                      "--quiet",
                                      "--3way",
                                      "--keep",
                                      "--keep-cr",
                                      "--no-scissors",
                                      "--whitespace=nowarn",
                                      "--patch-format=mboxrd",
                                      "--committer-date-is-author-date",
                                      mail.string()})));
  if (!am.ok()) {
    if (am.status.signal != 0 || is_host_trouble(am.err)) {
      return infra_error(fmt::format("git am: {}: {}",
                                     to_string(am.status),
                                     replace_all(git_words(am), "\n", "; ")));
    }
    TRY_ASSIGN(failure, diagnose(patch, mail, am));
    return std::string();
  }
  TRY_ASSIGN(const auto after, worktree_.head());
  if (after == before) { // git am passes over a patch that changes nothing
    failure = ApplyFailure{patch.number,
                           patch.subject,
                           patch.files.size() == 1 ? patch.files[0] : "",
                           0,
                           0,
                           "the change is in the tree already"};
    return std::string();
  }
  return after;
}

/// With --3way, git am does not say which hunk failed; git apply does.
Result<ApplyFailure>
Applier::diagnose(const Patch& patch, const fs::path& mail, const Finished& am)
{
  TRY(git_.output(worktree_.call({"read-tree", "--reset", "-u", "HEAD"})));
  TRY_ASSIGN(const auto check,
             git_.run(worktree_.call(
                 {"apply", "--check", "--cached", mail.string()})));
  return read_failure(patch, am, check);
}

static Status check_modes(const Repository& repository,
                          const ApplyResult& result)
{
  TRY_ASSIGN(
      const auto text,
      repository.git().output(repository.call(
          {"diff-tree", "-r", "--no-renames", result.base, result.tip()})));
  for (const auto& line : split_lines(text)) {
    const auto fields = split(line, ' '); // :100644 120000 …
    if (fields.size() > 1 &&
        (fields[1].starts_with("120") || fields[1].starts_with("160"))) {
      return user_error("the series makes a symbolic link or a submodule, "
                        "which is not taken from patches: " +
                        printable(line));
    }
  }
  return Ok{};
}

static Status apply_all(const Repository& repository,
                        const Series& series,
                        const fs::path& worktrees,
                        const ApplyProgress& progress,
                        ApplyResult& result)
{
  TRY_ASSIGN(const auto worktree,
             ScratchWorktree::make(
                 repository, worktrees, result.base, touched_files(series)));
  Applier applier(repository, worktree);
  for (std::size_t i = 0; i < series.patches.size(); ++i) {
    const auto& patch = series.patches[i];
    if (progress) {
      progress(patch.number, series.patches.size());
    }
    TRY_ASSIGN(result.patches[i].commit, applier.apply(patch, result.failure));
    if (result.failure) {
      return Ok{};
    }
  }
  return Ok{};
}

Result<ApplyResult> apply_series(const Repository& repository,
                                 const std::string& base,
                                 const Series& series,
                                 const fs::path& worktrees,
                                 const ApplyProgress& progress)
{
  ApplyResult result;
  result.base = base;
  for (const auto& patch : series.patches) {
    result.patches.push_back({patch.number, patch.subject, ""});
  }
  if (series.patches.empty()) {
    return result;
  }
  const auto ref = series_ref(base, series);
  TRY_ASSIGN(result.reused, find_commits(repository, ref, result));
  if (result.reused) {
    return result;
  }
  TRY(apply_all(repository, series, worktrees, progress, result));
  if (!result.failure) {
    TRY(check_modes(repository, result));
    // The commits stand in any case; nothing prunes them behind our back.
    if (const auto kept = repository.write_ref(ref, result.tip()); !kept) {
      log::warning("cannot keep the series for next time: " +
                   kept.error().message);
    }
  }
  return result;
}

} // namespace oopsfarm
