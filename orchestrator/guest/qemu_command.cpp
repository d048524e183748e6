// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/qemu_command.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

std::string qemu_program(Arch arch)
{
  return arch == Arch::x86_64 ? "qemu-system-x86_64" : "qemu-system-ppc64";
}

static std::string machine_of(const Target& target)
{
  std::vector<std::string> words = {
      target.machine, "usb=off", "dump-guest-core=off"};
  if (target.arch == Arch::x86_64) {
    words.emplace_back("acpi=off"); // domain_xml(): no ACPI
  }
  if (target.hpt_page_mib != 0) {
    words.push_back(
        fmt::format("cap-hpt-max-page-size={}m", target.hpt_page_mib));
  }
  const auto more = machine_options(target);
  words.insert(words.end(), more.begin(), more.end());
  return join(words, ",");
}

static std::string cpu_of(const DomainSpec& spec)
{
  return spec.accelerator.kvm ? "host" : spec.target.cpu;
}

/// A comma ends a value of QEMU's options; doubled it stands for itself.
static std::string value(const std::filesystem::path& path)
{
  return replace_all(path.string(), ",", ",,");
}

/// Port 0 or 1 on a chardev of that name. On a pseries, libvirt puts them at
/// these registers.
static std::string serial_of(Arch arch, int port)
{
  return arch == Arch::x86_64
             ? fmt::format("isa-serial,chardev=serial{0},index={0}", port)
             : fmt::format("spapr-vty,chardev=serial{},reg={:#x}",
                           port,
                           0x30000000 + port * 0x1000);
}

std::vector<std::string> qemu_arguments(const DomainSpec& spec)
{
  const auto& target = spec.target;
  std::vector<std::string> arguments = {
      "-no-user-config",
      "-nodefaults",
      "-display",
      "none",
      "-machine",
      machine_of(target),
      "-accel",
      spec.accelerator.kvm ? "kvm" : "tcg",
      "-cpu",
      cpu_of(spec),
      "-m",
      std::to_string(target.memory_mib),
      "-smp",
      fmt::format("{0},sockets={0},cores=1,threads=1", target.vcpus),
      "-rtc",
      "base=utc",
      "-no-reboot",
      "-boot",
      "strict=on",
      "-kernel",
      spec.vmlinux.string(),
      "-initrd",
      spec.initramfs.string(),
      "-append",
      spec.cmdline,
      "-chardev",
      "stdio,id=serial0,signal=on,logfile=" + value(spec.console) +
          ",logappend=off",
      "-device",
      serial_of(target.arch, 0),
      "-chardev",
      "file,id=serial1,path=" + value(spec.ktap),
      "-device",
      serial_of(target.arch, 1)};
  if (!target.firmware.empty() && target.firmware != "vof") {
    arguments.insert(arguments.end(), {"-bios", target.firmware});
  }
  return arguments;
}

} // namespace oopsfarm
