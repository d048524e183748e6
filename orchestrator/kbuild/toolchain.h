// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/arch.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <string>

namespace oopsfarm {

/// The version lines of the architecture's gcc and ld, joined by a newline:
/// what BuildSpec.toolchain holds. Fails (user) when one is missing, and names
/// the Debian package.
Result<std::string>
toolchain_id(Arch arch, ProcessRunner& processes, const Stop& stop);

/// The Debian package with the architecture's compiler:
/// "gcc-powerpc64le-linux-gnu".
std::string compiler_package(Arch arch);

} // namespace oopsfarm
