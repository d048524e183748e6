// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/arch.h"

#include <string>
#include <string_view>

namespace oopsfarm {

/// What a guest would have to do with a file to run it.
struct ProgramFile
{
  /// A script's "/bin/sh"; "" for a program of machine code.
  std::string interpreter;
};

/// Looks at a program's bytes, which are untrusted. Fails (user) on whatever
/// the guests of `arch` can't start, in words that go behind the file's name
/// ("is linked dynamically …"): ELF of another machine, with an interpreter, or
/// no program at all, and text that does not begin with "#!". Pure.
Result<ProgramFile> inspect_program(std::string_view bytes, Arch arch);

} // namespace oopsfarm
