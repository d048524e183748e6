// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "guest/vcpu.h"
#include "model/arch.h"

#include <string>
#include <string_view>
#include <vector>

struct _virDomain; // NOLINT(bugprone-reserved-identifier): libvirt's name

namespace oopsfarm {

/// What libvirt has no call for, asked of QEMU's own monitor through it. Each
/// fails (infra) with libvirt's or QEMU's words, and as long as it likes: QEMU
/// may not answer (Guest::kill()).

/// A break on the serial port of that name ("charserial0").
Status send_break(_virDomain* domain, std::string_view port);

/// The registers and callers of all virtual CPUs. They move on meanwhile,
/// unless the guest is suspended.
Result<std::vector<VcpuTrace>> read_traces(_virDomain* domain, Arch arch);

/// The host's threads of the virtual CPUs.
Result<std::vector<pid_t>> read_vcpu_threads(_virDomain* domain);

} // namespace oopsfarm
