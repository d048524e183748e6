// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "triage/frames.h"

#include <cstdint>
#include <string>
#include <vector>

namespace oopsfarm {

/// A function that a crash report names, so that a vmlinux's symbols find the
/// instruction again.
struct CrashFrame
{
  std::string symbol;       ///< with the compiler's suffix: "foo.isra.0"
  std::uint64_t offset = 0; ///< bytes from its start
  std::uint64_t size = 0;   ///< as kallsyms has it; 0: the report doesn't say
  FrameKind kind = FrameKind::trace;
  bool trusted = true; ///< false: "? f", "f … (unreliable)"
};

/// One crash report of the kernel, as found on a console. Plain value.
struct Crash
{
  /// By the convention of syzbot's reports: "kernel BUG in exit_mmap". At most
  /// 120 bytes.
  std::string title;
  std::vector<std::string> alt_titles; ///< other plausible ones
  /// "kasan", "bug", "warning", "oops", "gpf", "lockdep", "hang", … (README of
  /// triage/rules.h)
  std::string type;
  std::string frame;       ///< the function that is blamed, or ""
  std::string first_line;  ///< of the report, without prefix; at most 512 bytes
  std::string excerpt;     ///< the report's first lines, bounded
  std::uint64_t begin = 0; ///< raw offset of the first line
  std::uint64_t end = 0;   ///< raw offset behind the last line that counted
  std::uint64_t first_line_number = 0; ///< 0-based
  std::uint64_t last_line_number = 0;
  bool corrupted = false; ///< interleaved or cut: the title is a guess
  std::string corrupted_reason;
  /// Where the CPU was, and the call trace that goes with it; the innermost
  /// first, at most 64.
  std::vector<CrashFrame> stack;
  /// The instructions around the fault as the report printed them, in
  /// hexadecimal, the one at fault in <>; "" where there are none.
  std::string code;
  /// Of the kernel, where the report has it (STACKTRACE_BUILD_ID), or "".
  std::string build_id;
  /// An earlier crash on this console is the likely cause: it came while that
  /// one was reported, or after the kernel was tainted by it.
  bool follow_on = false;
};

} // namespace oopsfarm
