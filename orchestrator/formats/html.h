// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"

#include <string>

namespace oopsfarm {

/// The report as one HTML file that needs nothing else: no script, nothing
/// loaded from anywhere (a Content-Security-Policy of its own says so), figures
/// as inline SVG, light and dark by the reader's wish. The matrix of kernels,
/// targets and workloads, each failure with its console excerpt, rates,
/// teardown times, bisections, programs, builds. All text is escaped. Pure.
std::string html_report(const JobReport& report);

} // namespace oopsfarm
