// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "sys/process.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// What the two ways to start a process share (process.cpp, detached.cpp).

/// The child's environment as exec wants it: "NAME=value" each.
std::vector<std::string> environment_of(const Command& command);

/// A vector for exec over them, with the null pointer at its end.
std::vector<char*> pointers_to(std::vector<std::string>& entries);

/// Between fork and exec, where only async-signal-safe calls are allowed: no
/// descriptor of ours but the standard three, signals as a program expects.
void reset_child();

/// What waitpid() says, of a process that has ended.
ExitStatus exit_status_of(int raw);

} // namespace oopsfarm
