// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"

#include <string>

namespace oopsfarm {

/// Pictures as inline SVG, coloured by the page's CSS classes; "" where there
/// is nothing to show. Every text in them is escaped. Pure.

/// A line for each cell that was observed: its rate of failures, 0 to 100 %,
/// with the 95 % interval.
std::string rates_chart(const JobReport& report);

/// A line for each cell with teardown times, on a logarithmic axis: minimum to
/// maximum, the middle half, median and 99th percentile.
std::string teardown_chart(const JobReport& report);

/// A bar for each patch: its probability to have brought the crash.
std::string posterior_chart(const JobReport& report,
                            const BisectedCrash& crash);

} // namespace oopsfarm
