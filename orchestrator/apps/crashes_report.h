// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "crashes/groups.h"
#include "crashes/marks.h"
#include "report/table.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// The groups for people, two lines each: what, how often and when; where. The
/// muted ones are only counted unless `all`.
std::string crashes_text(const std::vector<CrashGroup>& groups,
                         const CrashMarks& marks,
                         bool all,
                         Colour colour);

/// One group, with a table of the places where it was seen. `excerpt`: the
/// newest report's first lines, or "".
std::string crash_text(const CrashGroup& group,
                       const CrashMark& mark,
                       const std::string& excerpt,
                       Colour colour);

/// One JSON object a group and a newline; keys: docs/formats.md.
std::string crash_json(const CrashGroup& group, const CrashMark& mark);

} // namespace oopsfarm
