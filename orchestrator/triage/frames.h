// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace oopsfarm {

/// What a line that names a function says about it.
enum class FrameKind {
  fault, ///< where the CPU was: RIP, NIP, "pc :", …
  link,  ///< the link register: LR, "lr :"
  trace, ///< a line of a call trace
  lock   ///< where a lock was taken: lockdep's "at: f+0x1/0x2"
};

/// One function that a report names. The name is a view into the line.
struct StackFrame
{
  std::size_t line = 0;  ///< index within the report
  std::string_view name; ///< without offset, compiler suffix and leading dot
  FrameKind kind = FrameKind::trace;
  bool trusted = true; ///< false: "? f", "f … (unreliable)"
};

/// Reads the function that `text` (a console line without prefix) names, if
/// it is a line of a stack or of registers; x86, powerpc, arm and riscv forms,
/// with or without addresses and file:line. Linear; no allocation.
std::optional<StackFrame> parse_frame(std::string_view text);

/// The g of arm32's "(f) from [<…>] (g+0x1/0x2)", of which parse_frame() reads
/// the f, or "". The line below has g as its f, but for the last one.
std::string_view arm_caller(std::string_view text);

/// "foo.isra.0", ".foo", "foo.constprop.2+0x10/0x20" → "foo".
std::string_view bare_name(std::string_view symbol);

} // namespace oopsfarm
