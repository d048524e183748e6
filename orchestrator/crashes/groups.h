// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "crashes/record.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace oopsfarm {

/// One kernel on one target under one workload, where a crash was seen.
struct CrashPlace
{
  std::string target;
  std::string workload;
  std::string kconfig;
  std::string kernel; ///< "base", "series" or "patch N"
  std::string commit;
  std::string subject;    ///< as in RunOrigin
  std::uint64_t runs = 0; ///< observations of this place
  std::uint64_t seen = 0; ///< of them, those with this crash
};

/// All runs that showed the same crash, by its signature.
struct CrashGroup
{
  std::string signature;
  std::string title;                ///< of the newest
  std::string first_line;           ///< of the newest
  std::vector<std::string> run_ids; ///< the oldest first
  std::vector<CrashPlace> places;   ///< in the order of first sight
  std::set<std::string> jobs;
  bool on_base = false; ///< seen on a kernel without any series

  /// Observations of all places, and those with this crash.
  std::uint64_t runs() const;
  std::uint64_t seen() const;
};

/// Groups what the records show, the group that was seen last first. Runs of
/// a place count towards its rate when they are evidence: not those lost to
/// the farm or skipped. Pure.
std::vector<CrashGroup> group_crashes(const std::vector<RunRecord>& records);

/// The group whose signature begins with `prefix`, which has to be the only
/// one. Fails (user) otherwise, and names the candidates.
Result<const CrashGroup*> find_group(const std::vector<CrashGroup>& groups,
                                     const std::string& prefix);

/// "2026-11-21 10:15" (UTC) of a run's id.
std::string time_of_run(const std::string& run_id);

} // namespace oopsfarm
