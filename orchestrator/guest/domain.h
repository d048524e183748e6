// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/step.h"
#include "model/target.h"

#include <filesystem>
#include <string>

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
  std::filesystem::path ktap;    ///< serial 1 is appended to this file
};

/// The machine profile and files of a run: out/console.log, out/ktap.log.
DomainSpec domain_spec(const RunSpec& run, std::string cmdline);

/// libvirt's XML for the guest: direct kernel boot, two serial ports onto
/// files, and nothing else that libvirt or QEMU would add: no network, USB,
/// display, balloon, sound or watchdog. Every end (power-off, reboot, crash)
/// ends the domain. Pure; all text is escaped. Format:
/// https://libvirt.org/formatdomain.html.
std::string domain_xml(const DomainSpec& spec);

} // namespace oopsfarm
