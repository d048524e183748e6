// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace oopsfarm {

/// A new id that sorts by the second: `20261121T101500-3fa9c2` (UTC, then 24
/// bits). No other of this process is the same, and one of another process
/// only where both were made within one second and chance has it. Safe as a
/// name. Any thread.
std::string new_id();

/// True for text of new_id()'s form. Ids that come from outside are checked
/// with this before they become part of a path.
bool is_id(std::string_view text);

} // namespace oopsfarm
