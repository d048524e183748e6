// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// An instruction set that kernels are built for; more than one target may
/// share it (ppc64le-radix and ppc64le-hash run the same kernel).
enum class Arch { x86_64, ppc64le };

/// "x86_64" or "ppc64le".
const char* to_string(Arch arch);

/// Fails (user) on any other text.
Result<Arch> parse_arch(std::string_view text);

/// ARCH= of the kernel's make: "x86_64" or "powerpc".
const char* kernel_arch(Arch arch);

/// CROSS_COMPILE= prefix of Debian's toolchains, for example
/// "powerpc64le-linux-gnu-". The native architecture has one too, so that one
/// rule serves every host.
const char* cross_prefix(Arch arch);

/// Every architecture, in the order of reports.
const std::vector<Arch>& all_archs();

} // namespace oopsfarm
