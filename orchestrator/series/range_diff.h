// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "git/repository.h"

#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// What became of a patch between two versions of a series.
enum class PatchFate { same, changed, added, dropped };

/// One patch of two versions. Numbers are 1-based; 0: it is not in that one.
struct PatchPair
{
  unsigned before = 0; ///< in the old version
  unsigned after = 0;  ///< in the new one
  PatchFate fate = PatchFate::same;
  std::string subject;
  /// How the patch itself differs, as git range-diff shows it: lines without
  /// its indent. Of changed ones only; at most 64 KiB.
  std::string diff;
};

/// Reads what `git range-diff --no-color` prints: untrusted text within a known
/// form. Fails (internal) on another one.
Result<std::vector<PatchPair>> parse_range_diff(std::string_view text);

/// Pairs the patches of two versions, commits from (without) `base` to their
/// tips, in the order of the new version; dropped ones stand where they were.
/// Full object ids. Fails (infra) with git.
Result<std::vector<PatchPair>> pair_patches(const Repository& repository,
                                            const std::string& old_base,
                                            const std::string& old_tip,
                                            const std::string& new_base,
                                            const std::string& new_tip);

/// One step on the way from the old version to the new one: from here on, this
/// patch is as the new version has it. What stays the same where it was is no
/// step.
struct VersionStep
{
  PatchPair pair;
  bool is_move = false; ///< it stands elsewhere in the new version
  /// The patches that make the hybrid: `new_patches` of the new version, from
  /// its first, then these of the old one, in their order (1-based).
  unsigned new_patches = 0;
  std::vector<unsigned> old_patches = {};
};

/// The steps from the old version, of `old_count` patches, to the new one.
/// Pure.
std::vector<VersionStep> steps_between(const std::vector<PatchPair>& pairs,
                                       unsigned old_count);

/// "changed", "added", "dropped", "moved".
std::string describe(const VersionStep& step);

} // namespace oopsfarm
