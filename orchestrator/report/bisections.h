// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"
#include "report/table.h"

#include <string>

namespace oopsfarm {

/// What bisections of a series came to: for each the patch, its probability,
/// rates with and without it, and what was spent. "" without bisections. Pure.
std::string bisections_text(const JobReport& report, Colour colour);

/// What reverting the culprit (`is_fix`: the fix) came to, in one line. Pure.
std::string check_text(const BisectedCheck& check, bool is_fix);

/// Untrusted lines, each made printable and set in, with a newline each.
std::string indented(const std::string& text, const std::string& indent);

} // namespace oopsfarm
