// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <string>

namespace oopsfarm {

/// Changes whenever the probe does, so that old answers are not trusted.
inline constexpr int kvm_probe_version = 1;

/// Bytes of the x86_64 probe guest's boot sector (512). It goes from real mode
/// to long mode with paging, runs a loop, and ends QEMU with
/// kvm_probe_exit_code through the isa-debug-exit device.
std::string kvm_probe_sector();

/// (0x55 << 1) | 1, as isa-debug-exit makes it of the sector's `out`.
inline constexpr int kvm_probe_exit_code = 0xab;

/// The QEMU command that boots the sector in file `sector` under `accel`
/// ("kvm" or "tcg").
Command kvm_probe_command(const std::string& sector, const std::string& accel);

/// Boots the probe guest under KVM, for at most 5 s: "" when it ran, else why
/// not. Fails (infra) when QEMU can't be started or `stop` is requested.
Result<std::string> probe_kvm(ProcessRunner& processes, const Stop& stop);

} // namespace oopsfarm
