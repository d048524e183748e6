// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace oopsfarm {

/// A new id that sorts by time: `20261121T101500-3fa9c2` (UTC, then 24 random
/// bits). Unique within a farm for all practical purposes; safe as a name.
std::string new_id();

/// True for text of new_id()'s form. Ids that come from outside are checked
/// with this before they become part of a path.
bool is_id(std::string_view text);

} // namespace oopsfarm
