// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "guest/versions.h"
#include "model/arch.h"
#include "model/farm.h"
#include "model/step.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <filesystem>
#include <string>

namespace oopsfarm {

/// What of the host decides about KVM.
struct HostKvm
{
  std::string machine; ///< as `uname -m` has it
  std::string kernel;  ///< release and version, as `uname -rv` has them
  KvmDeviceState device = KvmDeviceState::absent;
};

/// Of the host that we run on.
HostKvm host_kvm();

/// The accelerator for guests of `arch`: what `policy` says; `automatic` takes
/// KVM where a probe guest boots under it within 5 s, else TCG, with the
/// reason. The probe's answer is kept in `cache_dir` (made when missing)
/// until the host's kernel, QEMU or /dev/kvm's state changes.
///
/// Fails (user) when the policy is `kvm` and that can't be used here, (infra)
/// when QEMU itself is missing, and when `stop` is requested.
Result<Accelerator> choose_accelerator(Arch arch,
                                       AccelPolicy policy,
                                       const std::filesystem::path& cache_dir,
                                       ProcessRunner& processes,
                                       const Stop& stop,
                                       const HostKvm& host = host_kvm());

} // namespace oopsfarm
