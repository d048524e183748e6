// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"
#include "report/table.h"

#include <string>

namespace oopsfarm {

/// What the programs of each cell (exec, kselftest) reported: a heading with
/// the sums, then a line a result, failures and skips first when there are too
/// many. "" when no cell ran any. Untrusted text is shown printable. Pure.
std::string results_text(const JobReport& report, Colour colour);

} // namespace oopsfarm
