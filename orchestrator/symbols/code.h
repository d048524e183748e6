// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/arch.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace oopsfarm {

/// Machine code as a crash report prints it.
struct CodeBytes
{
  Arch arch = Arch::x86_64;
  std::string bytes;     ///< in the order of memory
  std::size_t fault = 0; ///< offset of the instruction at fault
};

/// Reads what Crash::code holds: bytes "0f 0b <48> 89" are x86's, words of
/// eight digits "7c0802a6 <e8410018>" powerpc's, little-endian here whatever
/// the kernel was. Nothing for other forms, for words that could not be read
/// ("XXXXXXXX"), and where no instruction is marked. Pure; at most 1 KiB.
std::optional<CodeBytes> parse_code(std::string_view text);

} // namespace oopsfarm
