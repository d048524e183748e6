// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"
#include "report/text_report.h"

#include <string>

namespace oopsfarm {

/// The part of text_table() after its rows: for each failure the cells that
/// have it, its title and first line, the kernel under test, the details, and
/// where the consoles are. "" when nothing failed. Starts with a blank line.
/// Pure.
std::string failures_text(const JobReport& report, const Style& style);

} // namespace oopsfarm
