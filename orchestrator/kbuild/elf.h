// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <string>

namespace oopsfarm {

/// The GNU build id of an ELF file, lower-case hexadecimal, read from its note
/// segments (64-bit little-endian only; the gABI's note layout). The file is
/// untrusted: every offset is checked. Fails (user) when it is no such file or
/// has no build id; (infra) when it can't be read. Reads at most 1 MiB.
/// REQUIRES: `fd` is open for reading; its position is not used.
Result<std::string> elf_build_id(int fd);

} // namespace oopsfarm
