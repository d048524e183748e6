// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/report.h"

#include <string_view>

namespace oopsfarm {

/// The inverse of json_cells(): what `run --json` printed, as a report again.
/// What the lines don't have (paths, all but a sample of the teardown times)
/// is not in it; json_cells() of it are the same lines. Keys that are not
/// known are passed over, and of those that are only later versions' the
/// defaults hold.
///
/// Pure. Takes untrusted text; fails (user) with the line and the key on
/// anything else than such lines, on a second job, and on more than 100,000
/// lines.
Result<JobReport> parse_report(std::string_view lines);

} // namespace oopsfarm
