// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "symbols/disassemble.h"
#include "symbols/vmlinux.h"
#include "triage/crash.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// What can be said of a crash beyond its text.
struct Explanation
{
  /// For each frame of Crash::stack its places, innermost inlined function
  /// first; empty without symbols and where they have none.
  std::vector<std::vector<SourcePlace>> places;
  std::vector<Instruction> code;
  std::string code_note; ///< why there is no `code` though there are bytes
};

/// `symbols` may be nullptr. Never fails: what can't be had is left out.
Explanation explain(const Crash& crash,
                    const Symbols* symbols,
                    ProcessRunner& runner,
                    const Stop& stop);

/// The stack as people read it: a line a function, the inlined ones as lines of
/// their own, file:line behind; then the code around the fault. Two blanks of
/// indentation; what a guest printed is printable().
std::string explanation_text(const Crash& crash, const Explanation& said);

} // namespace oopsfarm
