// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/quantiles.h"
#include "model/report.h"
#include "report/table.h"

#include <cstdint>
#include <string>
#include <vector>

namespace oopsfarm {

/// How long OOM victims took from "Killed process" to their exit, by the
/// guest's clock: a table of the cells in which any was timed (min, median,
/// 99th percentile, max). "" when there is none. Pure.
std::string teardown_text(const JobReport& report, Colour colour);

/// What a cell's teardown times come to. Pure.
Quantiles teardown_of_cell(const Cell& cell);

/// The cell's teardown times, sorted: all of them up to 101, else their
/// quantiles of 0, 1, … 100 % by nearest rank, which have the same minimum,
/// median, 99th percentile and maximum. Pure.
std::vector<std::uint64_t> teardown_sample(const Cell& cell);

} // namespace oopsfarm
