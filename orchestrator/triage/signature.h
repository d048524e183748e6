// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "triage/crash.h"

#include <string>
#include <string_view>

namespace oopsfarm {

/// What crashes are grouped by: 12 hexadecimal digits over the kind of fault
/// and the blamed function. The same whatever the offsets, addresses, CPUs and
/// pids, whatever clones the compiler made of the function, and on both
/// architectures where they word the same fault differently.
std::string signature_of(const Crash& crash);

/// Of what is no crash report: a failed oracle, a hang, a failed boot. 12
/// hexadecimal digits over its title.
std::string signature_of(std::string_view title);

/// A function's name as the source has it: without the compiler's suffixes
/// (.isra.N, .constprop.N, .part.N, .cold, .llvm.N) and the entry point's dot
/// of powerpc's old ABI.
std::string_view source_name(std::string_view function);

} // namespace oopsfarm
