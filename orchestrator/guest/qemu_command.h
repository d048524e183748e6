// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/domain.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// QEMU's program for an architecture: "qemu-system-ppc64".
std::string qemu_program(Arch arch);

/// QEMU's arguments for the machine that domain_xml() describes, without what
/// libvirt adds for its own sake (monitor, secrets, descriptors): the same
/// devices, in the same order, at the same places. Serial 0 goes to standard
/// output and into the spec's `console`, serial 1 into its `ktap`, both
/// written anew; serial 0's socket plays no part. Every end of the guest ends
/// QEMU. Pure.
std::vector<std::string> qemu_arguments(const DomainSpec& spec);

} // namespace oopsfarm
