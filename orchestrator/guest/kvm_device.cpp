// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/kvm_device.h"

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace oopsfarm {

static constexpr const char* device = "/dev/kvm";

bool hide_kvm_device()
{
  if (access(device, R_OK | W_OK) != 0) {
    return true;
  }
  // Any small file that is always there will do: it can't be opened for
  // writing on the read-only mount, and is no KVM if it is opened otherwise.
  return unshare(CLONE_NEWNS) == 0 &&
         mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("/proc/version", device, nullptr, MS_BIND, nullptr) == 0 &&
         mount("none",
               device,
               nullptr,
               MS_REMOUNT | MS_BIND | MS_RDONLY,
               nullptr) == 0;
}

} // namespace oopsfarm
