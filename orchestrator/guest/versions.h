// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/arch.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <string>

namespace oopsfarm {

/// QEMU's program for guests of an architecture: "qemu-system-ppc64".
const char* qemu_program(Arch arch);

/// "7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)". Fails (infra) when it is not
/// installed or does not run.
Result<std::string>
qemu_version(Arch arch, ProcessRunner& processes, const Stop& stop);

/// Of the libvirt library that we run with: "9.0.0".
Result<std::string> libvirt_version();

/// Whether libvirt's embedded QEMU driver is installed, and the user that it
/// needs when we are root. Fails (infra) with what to type. REQUIRES: no
/// other thread looks up users.
Status check_libvirt_driver();

/// What opening /dev/kvm says, without booting a guest.
enum class KvmDeviceState { absent, denied, broken, opens };

KvmDeviceState kvm_device_state();

/// "/dev/kvm does not exist", "/dev/kvm: permission denied (…)", …
std::string describe(KvmDeviceState state);

} // namespace oopsfarm
