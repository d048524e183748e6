// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/step.h"

#include <cstddef>
#include <string>

namespace oopsfarm {

/// What a kernel keeps of its command line: COMMAND_LINE_SIZE is 2048 on both
/// architectures, its final NUL among them.
inline constexpr std::size_t max_cmdline = 2047;

/// The kernel's command line for a run: consoles, what makes the first crash
/// end the guest, what makes addresses repeat, the target's own parameters,
/// and oopsfarm.* for the guest's init (docs/formats.md, guest protocol).
/// `tsc_khz` is host_tsc_khz(), for x86_64 guests under TCG; 0: not known.
///
/// Pure. Fails (user) when the line would be longer than max_cmdline, or when
/// a name or value has characters that can't stand in it.
Result<std::string> kernel_cmdline(const RunSpec& run, unsigned tsc_khz);

} // namespace oopsfarm
