// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "daemon/planner.h"
#include "nightly/compare.h"
#include "store/nightlies.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// Nights of a nightly that have ended, the oldest first; at most
/// max_past_nights before `job`, or before now where that is "". One whose
/// record can't be read is left out, and said to be in the log.
Result<std::vector<PastNight>>
past_nights(NightlyBook& book, std::int64_t nightly, const std::string& job);

/// A night's job is over: compares it with those before it, adds that to its
/// report, keeps it, and asks for bisections. Nothing happens to a job that is
/// no night's. What goes wrong is said in the report and in the log: the job
/// has its result all the same. Calling it again gives the same.
void end_night(NightlyBook& book, const StoredJob& job, FinishedJob& finished);

} // namespace oopsfarm
