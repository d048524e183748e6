// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/step.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace oopsfarm {

/// What a kernel did wrong in one run, without the report's text.
struct Sighting
{
  std::string signature;
  std::string title;
  std::string first_line;
};

/// One run that ended, as far as its crashes go.
struct RunRecord
{
  std::string run_id; ///< begins with the time
  RunOrigin origin;
  std::string kernel_key;
  std::string payload; ///< its hash, or ""
  std::string target;
  std::string workload;
  Verdict verdict = Verdict::infra;
  /// In their order; what follows from an earlier one is left out, and so is
  /// the second of a signature.
  std::vector<Sighting> sightings;
};

/// The record of a run, of what its folder holds. Pure.
RunRecord record_of(const RunSpec& spec, const RunOutcome& outcome);

/// The runs of a state folder.
struct RunRecords
{
  std::vector<RunRecord> runs; ///< the oldest first
  /// Folders of ended runs that could not be read: another version's.
  std::size_t unread = 0;
};

/// Reads `runs`/*/spec.json and outcome.json. Runs that are going on, or that
/// were cut short, have no outcome and are left out. A missing folder holds no
/// runs.
RunRecords read_runs(const std::filesystem::path& runs);

} // namespace oopsfarm
