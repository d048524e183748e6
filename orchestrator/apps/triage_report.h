// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "report/table.h"
#include "symbols/explain.h"
#include "triage/log_triage.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// What was found in `file`, for people: a headline, then each crash in order
/// with its line, title, signature and first line. `said` is of the crashes in
/// their order, or empty. Guests' text is printable().
std::string triage_text(const std::string& file,
                        const LogTriage& triage,
                        const std::vector<Explanation>& said,
                        Colour colour);

/// The same as one JSON object and a newline; keys: docs/formats.md.
std::string triage_json(const std::string& file,
                        const LogTriage& triage,
                        const std::vector<Explanation>& said);

} // namespace oopsfarm
