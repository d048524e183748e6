// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/step.h"
#include "model/target.h"

#include <filesystem>
#include <string>
#include <vector>

namespace oopsfarm {

/// One guest to start: a machine profile and what it boots. Plain value; paths
/// are absolute.
struct DomainSpec
{
  std::string name; ///< unique within the hypervisor; fit for a file's name
  Target target;
  Accelerator accelerator;
  std::filesystem::path vmlinux;
  std::filesystem::path initramfs;
  std::string cmdline;           ///< kernel_cmdline()
  std::filesystem::path console; ///< serial 0 is appended to this file
  /// Where serial 0 takes input, too: a socket that QEMU makes. "": nowhere.
  std::filesystem::path console_socket;
  std::filesystem::path ktap; ///< serial 1 is appended to this file
};

/// The machine profile and files of a run: out/console.log, out/ktap.log, and
/// a console socket below `sockets`, unless that is "".
DomainSpec domain_spec(const RunSpec& run,
                       std::string cmdline,
                       const std::filesystem::path& sockets = {});

/// The values of QEMU's -machine that libvirt's own terms can't say: what
/// switches devices off, or chooses the firmware. Pure.
std::vector<std::string> machine_options(const Target& target);

/// libvirt's XML for the guest: direct kernel boot, two serial ports onto
/// files (of a port with a socket, QEMU writes all output to the file whether
/// or not somebody is connected), and nothing else that libvirt or QEMU would
/// add: no network, USB, display, balloon, sound or watchdog. Every end
/// (power-off, reboot, crash) ends the domain. Pure; all text is escaped.
/// Format: https://libvirt.org/formatdomain.html.
std::string domain_xml(const DomainSpec& spec);

} // namespace oopsfarm
