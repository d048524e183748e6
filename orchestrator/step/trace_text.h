// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/vcpu.h"
#include "step/symbols.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// Every CPU with all of its callers, one a line, as a kernel's own backtrace
/// has them. Pure.
std::string traces_text(const std::vector<VcpuTrace>& traces,
                        const KernelSymbols& symbols);

/// One line a CPU, innermost function first: "CPU 0: f < its caller < …", at
/// most four of them; "CPU 1: idle". Several looks that differ give a line for
/// each that a CPU was found at, the most frequent first, at most three:
/// "CPU 0: f < its caller (3 of 4 looks)". At most 8 CPUs. Pure.
std::string traces_summary(const std::vector<std::vector<VcpuTrace>>& looks,
                           const KernelSymbols& symbols);

} // namespace oopsfarm
