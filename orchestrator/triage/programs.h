// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "triage/judge.h"

#include <string_view>
#include <vector>

namespace oopsfarm {

/// Workloads that run programs which are not ours (exec, kselftest): each
/// result on serial 1 is about one program, and what it printed itself stands
/// below it. All functions are pure.

/// True for the workloads of that kind.
bool runs_programs(std::string_view workload);

/// What is wrong with the programs: one Finding a fault, none when all is well.
/// A program fails by its exit status, signal or time, by a failed result of
/// its own, and by KTAP that is broken, whatever its exit status says. Titles
/// begin with "WORKLOAD: PROGRAM: ".
std::vector<Finding> check_programs(const KtapReport& ktap,
                                    const Workload& workload);

/// How many programs exercised nothing: skipped by themselves, or all of their
/// results were.
std::uint64_t skipped_programs(const KtapReport& ktap);

/// Each program, followed by its own results. At most 1024.
std::vector<TestResult> program_results(const KtapReport& ktap);

} // namespace oopsfarm
