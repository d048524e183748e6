// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// What /proc tells about processes (proc(5)).

/// Pids of all processes of our own user.
std::vector<pid_t> own_processes();

/// The arguments of a process; empty when it is gone, a zombie or a kernel's.
std::vector<std::string> process_arguments(pid_t pid);

/// How long a process has run; to 10 ms.
std::optional<std::chrono::milliseconds> process_age(pid_t pid);

/// How long a thread was ready to run and had no CPU, since its start
/// (/proc/TID/schedstat); nothing when it is gone.
std::optional<std::chrono::nanoseconds> runqueue_wait(pid_t thread);

/// Field `starttime` of a /proc/PID/stat line, in clock ticks since boot. The
/// second field, the name, may have any characters. Pure.
std::optional<unsigned long long> stat_start_ticks(std::string_view stat);

} // namespace oopsfarm
