// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "triage/crash.h"
#include "triage/report_text.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// The stack that a report is about: the registers' functions, and the first
/// call trace behind the head (of lockdep, the one where it happened). Stacks
/// of other tasks, of allocations and of frees are left out. At most 64; pure.
/// REQUIRES, like those below: the report's frames are parsed.
std::vector<CrashFrame> stack_of(const ReportText& report);

/// The symbol, offset and size of the function that `text`, a console line
/// without prefix, names as "f+0x10/0x20"; without an offset, as symbolized
/// logs have it, the name alone.
std::optional<CrashFrame> parse_crash_frame(std::string_view text);

/// The bytes (x86_64) or words (powerpc) of "Code: …" or below "Instruction
/// dump:", as printed, lines joined by a blank; or "". At most 1 KiB.
std::string code_of(const ReportText& report);

/// 40 hexadecimal digits at the end of the line that dump_stack() begins with
/// ("CPU: 0 PID: 1 Comm: init Not tainted 6.1.0 #1 0a1b…"; lib/dump_stack.c
/// under STACKTRACE_BUILD_ID), or "".
std::string build_id_of(const ReportText& report);

} // namespace oopsfarm
