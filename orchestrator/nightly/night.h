// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/verdict.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// A crash or failed oracle as often as a cell showed it in a night.
struct NightCrash
{
  std::string signature; ///< or the verdict's name, where a run has none
  std::string title;
  unsigned runs = 0;  ///< that showed it first of all (engine/cells.h)
  std::string run_id; ///< the first of them
};

/// What a night's runs of one kernel, target, kconfig and workload came to.
struct NightCell
{
  std::string target;
  std::string kernel; ///< "base", "series" or "patch N"
  std::string kconfig;
  std::string workload;
  /// The cell's (model/report.h): build_failed and apply_failed where no
  /// kernel came to be.
  Verdict verdict = Verdict::infra;
  std::string title;         ///< of `verdict`
  unsigned observations = 0; ///< runs that are evidence
  unsigned unbooted = 0;     ///< of them, those that never reached init
  std::vector<NightCrash> crashes;
  /// The median teardown of each run that timed any, microseconds. One value a
  /// run, since the victims of one run share its fate.
  std::vector<std::uint64_t> teardown_us;
};

/// What is kept of a night to compare others with. Plain value.
struct Night
{
  std::string job;    ///< the job's id
  std::string day;    ///< "2026-11-23", where its schedule is
  std::string tree;   ///< name
  std::string commit; ///< of the base, full object id
  std::vector<NightCell> cells;
};

/// JSON, one line without a newline (docs/formats.md, Nights).
std::string to_json(const Night& night);

/// Fails (user) on text that is no night, and names the key.
Result<Night> parse_night(std::string_view text);

} // namespace oopsfarm
