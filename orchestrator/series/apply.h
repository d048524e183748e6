// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "git/repository.h"
#include "model/report.h"
#include "series/series.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// Which patch did not apply, and where.
struct ApplyFailure
{
  unsigned number = 0; ///< 1-based
  std::string subject;
  std::string file;  ///< "" where git names none
  unsigned hunk = 0; ///< 1-based within the file; 0: the file as a whole
  unsigned line = 0; ///< where the hunk says it belongs; 0: none
  std::string words; ///< git's own, several lines
};

/// One line for people: "patch 2/3 'mm: …' does not apply: mm/oom_kill.c,
/// hunk 1 (line 570)".
std::string describe(const ApplyFailure& failure, std::size_t patches);

/// What applying a series came to.
struct ApplyResult
{
  std::string base;               ///< full object id
  std::vector<PatchInfo> patches; ///< all; commit "" where not applied
  std::optional<ApplyFailure> failure;
  bool reused = false; ///< the commits existed already

  /// The last patch's commit; the base for an empty series.
  const std::string& tip() const
  {
    return patches.empty() ? base : patches.back().commit;
  }
};

/// Called before each patch with its number (1-based) and how many there are.
using ApplyProgress = std::function<void(unsigned number, std::size_t total)>;

/// Applies `series` onto `base` (full object id) by `git am --3way` in a
/// worktree of its own below `worktrees`, which is gone afterwards in any case.
/// Author and message are the mails'; the committer is fixed, so that the same
/// series on the same base has the same commit ids everywhere. The commits are
/// kept by a ref under refs/oopsfarm/series/, and found there the next time.
///
/// A patch that does not apply is a value. Fails (infra) on git's own trouble
/// and on a stop, (user) when the result has a new symbolic link or submodule.
Result<ApplyResult> apply_series(const Repository& repository,
                                 const std::string& base,
                                 const Series& series,
                                 const std::filesystem::path& worktrees,
                                 const ApplyProgress& progress = {});

} // namespace oopsfarm
