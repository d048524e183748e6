// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"
#include "report/table.h"

#include <string>

namespace oopsfarm {

/// How long OOM victims took from "Killed process" to their exit, by the
/// guest's clock: a table of the cells in which any was timed (min, median,
/// 99th percentile, max). "" when there is none. Pure.
std::string teardown_text(const JobReport& report, Colour colour);

} // namespace oopsfarm
