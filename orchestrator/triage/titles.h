// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "triage/crash.h"
#include "triage/report_text.h"
#include "triage/rules.h"

#include <string>
#include <string_view>

namespace oopsfarm {

/// Titles a report: title, alternatives, type, frame and whether the text is
/// corrupted. `at` is where the head's anchor begins on its line; the report's
/// frames are parsed.
Crash title_report(const Head& head, std::size_t at, const ReportText& report);

/// A title fit for grouping: addresses become ADDR, numbers NUM, offsets and
/// control characters go, blanks are squeezed; at most 120 bytes.
std::string clean_title(std::string_view title);

/// The crash's type by its title: "KASAN-USE-AFTER-FREE-READ", "HANG",
/// "LOCKDEP", … (docs/formats.md), or "".
std::string type_of(std::string_view title);

} // namespace oopsfarm
