// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/arch.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// An architecture with a machine profile: what images/targets/NAME.yaml says
/// (docs/formats.md). Plain value.
struct Target
{
  std::string name; ///< "ppc64le-radix"
  Arch arch = Arch::x86_64;
  std::string description; ///< one line for people
  std::string mmu;         ///< "radix" or "hash"; "" on x86_64
  std::string machine;     ///< QEMU's machine type: "pc", "pseries"
  std::string cpu;         ///< QEMU's CPU model under TCG
  std::uint64_t memory_mib = 1024;
  unsigned vcpus = 2;
  std::string firmware;       ///< ROM file's name, "vof", or "" for the default
  unsigned hpt_page_mib = 0;  ///< ppc64le hash: largest page size; 0: default
  std::string console_device; ///< the kernel's name for serial 0: "ttyS0"
  std::string ktap_device;    ///< the guest's name for serial 1: "ttyS1"
  std::vector<std::string> cmdline; ///< kernel parameters this target needs
};

/// True for one word that the kernel's command line takes as it is: letters,
/// digits and ._:/,=+-@, so no white space, no quotes, and nothing that a
/// terminal would act on. Pure.
bool is_kernel_parameter(std::string_view text);

} // namespace oopsfarm
