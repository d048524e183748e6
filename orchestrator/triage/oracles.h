// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "triage/judge.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace oopsfarm {

/// What is wrong with a run that ended by itself, apart from crashes. Each
/// function looks at one kind of evidence and gives one Finding a fault, none
/// when all is well. Pure.

/// Serial 1 as a protocol: header, plan, results, farewell (titles
/// "workload: …").
std::vector<Finding> check_protocol(const KtapReport& ktap,
                                    const Workload& workload);

/// Failures to reap that are not held against the kernel, since the host held
/// the guest up; of `evidence.oom.reaps`, which must outlive them.
using ExcusedReaps = std::set<const OomReap*>;
ExcusedReaps excused_reaps(const RunEvidence& evidence);

/// The kernel's own OOM events and the workload's facts (titles "oom: …"; the
/// facts are docs/workloads.md's, the rules mm/oom_kill.c's).
std::vector<Finding> check_oom(const RunEvidence& evidence,
                               const ExcusedReaps& excused);

/// Results that were not ok (titles "oom: …" for known names, else
/// "WORKLOAD: name").
std::vector<Finding> check_results(const KtapReport& ktap,
                                   const Workload& workload);

/// Whether the workload did what it is named for: OOM kills, for those that
/// are about OOM.
bool exercised(const RunEvidence& evidence);

/// The teardown times that the guest measured (model/step.h).
std::vector<std::uint64_t> teardown_times(const KtapReport& ktap);

/// The guest's facts, and those that the host works out: `oom.kills`,
/// `oom.reaped`, …
std::map<std::string, std::string> host_facts(const RunEvidence& evidence,
                                              const ExcusedReaps& excused);

} // namespace oopsfarm
