// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/step.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace oopsfarm {

/// A TestResult over all observations of a cell.
struct TestCount
{
  std::string name = {};
  unsigned ok = 0;
  unsigned failed = 0;
  unsigned skipped = 0;
  std::string reason = {}; ///< of the first failure, else of the first skip
};

/// A patch of the series under test.
struct PatchInfo
{
  unsigned number = 0; ///< 1-based
  std::string subject;
  std::string commit; ///< "" where it was not applied
};

/// The mail that a series came with, which a report answers: its cover letter,
/// else its first patch. Untrusted UTF-8, each on one line; "" where a series
/// came by no mail.
struct SeriesMail
{
  std::string subject;    ///< with its tags: "[PATCH v2 0/3] mm: …"
  std::string message_id; ///< without <>
  std::string author;     ///< "Name <address>"
};

/// A patch that may have brought a crash.
struct Suspect
{
  PatchInfo patch;
  double probability = 0; ///< over all patches of the series they sum to 1
  std::vector<std::string> reasons; ///< "changes exit_mmap, which crashed"
};

/// One row of a job's result: what all observations of one kernel on one
/// target, kconfig and workload came to.
struct Cell
{
  std::string target;
  std::string kernel; ///< "base", "series" or "patch N"
  std::string kconfig;
  std::string workload;
  /// The worst verdict of the observations (crash before oracle-failed before
  /// hang before boot-failed); `infra` only when there was no evidence at all.
  Verdict verdict = Verdict::infra;
  std::string title;           ///< of the first failing observation, or ""
  std::string first_line;      ///< the crash's first line as the console had it
  std::string detail;          ///< several lines for people, or ""
  unsigned observations = 0;   ///< runs that are evidence
  unsigned failures = 0;       ///< of them, those that failed
  unsigned infra_failures = 0; ///< runs lost to the farm's own failures
  std::vector<std::string> run_ids;
  std::uint64_t kills = 0;           ///< over all observations
  std::chrono::milliseconds time{0}; ///< wall time over all observations
  std::vector<std::uint64_t> teardown_us = {}; ///< of all (model/step.h)
  /// Of a report that was read back, whose `teardown_us` is a sample: how many
  /// there were. 0: as many as stand there.
  std::size_t teardown_count = 0;
  std::vector<TestCount> results = {}; ///< of programs, in their order
  std::string run_id = {}; ///< of the observation that `title` is of
  /// Of each failing observation what it is grouped by, each once, the one of
  /// `title` first.
  std::vector<std::string> signatures = {};
  /// Every one of these signatures was seen on the base of this job, too, on
  /// the same target and kconfig: no fault of the series.
  bool base_has_it = false;
  /// Of a crash that the base has not: the likeliest first, those with reasons
  /// only.
  std::vector<Suspect> suspects = {};
};

/// One kernel that a job needed.
struct KernelBuild
{
  std::string kernel; ///< as in Cell
  Arch arch = Arch::x86_64;
  std::string kconfig;
  bool reused = false; ///< it stood in the cache
  BuildOutcome outcome;
};

/// Runs of one target, kconfig and workload in a bisection: with the likeliest
/// culprit, and without it.
struct BisectedRates
{
  std::string channel; ///< "x86_64 mm-debug memcg"
  unsigned crashes_with = 0;
  unsigned passes_with = 0;
  unsigned crashes_without = 0;
  unsigned passes_without = 0;
  double affected = 1; ///< probability that the crash shows here at all
  /// The same by words: what `channel` is made of.
  std::string target = {};
  std::string kconfig = {};
  std::string workload = {};
};

/// Whether the crash goes away when its culprit is taken out of the bad end;
/// of a fix: whether it comes back when that is taken out of the good end.
struct BisectedCheck
{
  std::string commit;  ///< the reverted one; "" where that could not be made
  std::string why_not; ///< why there is no evidence; "" where there is
  unsigned runs = 0;
  unsigned crashes = 0;
  bool confirms = false;
};

/// Which change brought a crash (or took it away), as far as that is known.
struct BisectedCrash
{
  std::string title;
  std::string signature;
  /// "culprit", "base-has-it", "not-here" (it did not come again) or
  /// "undecided".
  std::string conclusion;
  double probability = 0; ///< of the conclusion
  /// The culprit, with those that can't be told from it; or empty.
  std::vector<PatchInfo> culprits;
  std::vector<PatchInfo> candidates; ///< the fewest that hold 90 %
  double candidates_mass = 0;        ///< what they hold
  std::size_t runs = 0;              ///< the job's own included
  std::size_t builds = 0;
  std::vector<BisectedRates> rates;

  /// What was bisected: "series", "range", "versions" (of a series) or
  /// "kconfig".
  std::string mode = "series";
  bool is_fix = false;      ///< the change took the crash away
  std::string id = {};      ///< of the bisection: its folder's name
  std::string end = {};     ///< why it ended, for people
  double confidence = 0.95; ///< asked for
  std::vector<std::string> signatures = {}; ///< that count as this crash
  /// Every change (commit, patch, config symbol), from the good end on, each
  /// one's probability, and what they leave.
  std::vector<PatchInfo> changes = {};
  std::vector<double> posterior = {};
  double base_has_it = 0; ///< the good end shows it, too
  double not_here = 0;    ///< the bad end does not show it
  /// Crashes of other signatures on the way: title, and in how many runs.
  std::vector<std::pair<std::string, std::size_t>> other_crashes = {};
  /// "neutral: …", "x86_64 only: …", with what was not tested; or "".
  std::string scope = {};
  std::vector<BisectedCheck> checks = {}; ///< one at most
  /// Between versions: how the culprit differs between them, as git range-diff
  /// shows it; or "".
  std::string change = {};
};

/// What a job came to.
struct JobReport
{
  std::string job;
  std::string tree;
  std::string base;        ///< as asked for: "v6.1"
  std::string base_commit; ///< full object id
  SeriesMail mail;
  std::vector<PatchInfo> patches;
  std::vector<KernelBuild> builds;
  std::vector<Cell> cells;
  std::vector<BisectedCrash> bisections;
  std::vector<std::string> notes; ///< "x86_64 guests run under TCG: …"
  std::chrono::milliseconds time{0};
};

/// The program's exit code for a report: 0 all passed (or were skipped),
/// 1 the kernel or series failed, 2 the series does not apply, 3 no cell failed
/// but some have no evidence. A kernel's failure outweighs the farm's.
int exit_code(const JobReport& report);

} // namespace oopsfarm
