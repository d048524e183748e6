// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "symbols/code.h"
#include "sys/process.h"

#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// One instruction of a crash report's code.
struct Instruction
{
  long offset = 0;  ///< bytes from the one at fault: -4, 0, 7
  std::string text; ///< "mov (%rax),%rdx"
};

/// Disassembles by binutils' objdump, in a temporary file of its own. x86's
/// code begins anywhere within an instruction: leading bytes are left out until
/// an instruction begins where the fault was. Fails (user) when no objdump for
/// the architecture is installed, and says which package has it; (infra) when
/// it fails.
Result<std::vector<Instruction>>
disassemble(const CodeBytes& code, ProcessRunner& runner, const Stop& stop);

/// The instructions in what `objdump -D -b binary` printed; `fault` is the
/// offset of the one at fault. Pure.
std::vector<Instruction> parse_objdump(std::string_view text,
                                       std::size_t fault);

} // namespace oopsfarm
