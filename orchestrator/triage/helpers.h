// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

namespace oopsfarm {

/// Functions that are in the way of a report's culprit: they only report it,
/// or serve everyone. The tables are NameTables (name_table.h).

/// The reporting machinery, allocators, locks, string and list helpers, and
/// entry code: never blamed while there is another function.
bool is_helper(std::string_view name);

/// Of those, the ones that only report: not even blamed when nothing else is
/// there.
bool is_reporter(std::string_view name);

/// What a hung task's stack begins with: scheduling, waiting, locks.
bool is_waiter(std::string_view name);

/// The functions that call what a stall is in: entry points of system calls,
/// interrupts, timers, work items and threads.
bool is_anchor(std::string_view name);

} // namespace oopsfarm
