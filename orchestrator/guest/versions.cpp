// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/versions.h"

#include "base/strings.h"
#include "guest/fd.h"

#include <fmt/format.h>
#include <libvirt/libvirt.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string_view>

namespace oopsfarm {

const char* qemu_program(Arch arch)
{
  return arch == Arch::x86_64 ? "qemu-system-x86_64" : "qemu-system-ppc64";
}

static const char* qemu_package(Arch arch)
{
  return arch == Arch::x86_64 ? "qemu-system-x86" : "qemu-system-ppc";
}

Result<std::string>
qemu_version(Arch arch, ProcessRunner& processes, const Stop& stop)
{
  const std::string program = qemu_program(arch);
  RunOptions options;
  options.timeout = std::chrono::seconds(10);
  Command command;
  command.argv = {program, "--version"};
  auto attempt = processes.run(command, options, stop);
  if (!attempt) {
    return infra_error(fmt::format(
        "{}: apt install {}", attempt.error().message, qemu_package(arch)));
  }
  const auto& done = *attempt;
  constexpr std::string_view prefix = "QEMU emulator version ";
  const auto lines = split_lines(done.out);
  if (!done.ok() || lines.empty() || !lines[0].starts_with(prefix)) {
    return infra_error(fmt::format("{} --version failed ({}): {}",
                                   program,
                                   to_string(done.status),
                                   printable(trim(done.err))));
  }
  return printable(trim(std::string_view(lines[0]).substr(prefix.size())), 120);
}

Result<std::string> libvirt_version()
{
  unsigned long version = 0; // major * 1,000,000 + minor * 1,000 + release
  if (virGetVersion(&version, nullptr, nullptr) != 0) {
    return infra_error("libvirt does not tell its version");
  }
  return fmt::format(
      "{}.{}.{}", version / 1000000, version / 1000 % 1000, version % 1000);
}

Status check_libvirt_driver()
{
  // libvirt loads its drivers from a folder beside its own library.
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&virInitialize), &info) == 0 ||
      info.dli_fname == nullptr) {
    return infra_error("libvirt's library can't be found");
  }
  const auto driver = std::filesystem::path(info.dli_fname).parent_path() /
                      "libvirt/connection-driver/libvirt_driver_qemu.so";
  std::error_code code;
  if (!std::filesystem::exists(driver, code)) {
    return infra_error(
        fmt::format("libvirt's QEMU driver is not installed ({}): apt install "
                    "libvirt-daemon libvirt-daemon-driver-qemu",
                    driver.string()));
  }
  // Debian's libvirt refuses to start as root without it, whatever user its
  // configuration names.
  if (geteuid() == 0 && getpwnam("libvirt-qemu") == nullptr) {
    return infra_error(
        "libvirt needs a user libvirt-qemu when it runs as root: adduser "
        "--system --group --no-create-home --home /nonexistent libvirt-qemu");
  }
  return Ok{};
}

KvmDeviceState kvm_device_state()
{
  const Fd fd(open("/dev/kvm", O_RDWR | O_CLOEXEC));
  if (!fd) {
    return errno == EACCES || errno == EPERM ? KvmDeviceState::denied
                                             : KvmDeviceState::absent;
  }
  return ioctl(fd.get(), KVM_GET_API_VERSION, 0) == KVM_API_VERSION
             ? KvmDeviceState::opens
             : KvmDeviceState::broken;
}

std::string describe(KvmDeviceState state)
{
  switch (state) {
  case KvmDeviceState::absent:
    return "/dev/kvm does not exist or has no driver";
  case KvmDeviceState::denied:
    return "/dev/kvm: permission denied (sudo adduser $USER kvm, then log in "
           "again)";
  case KvmDeviceState::broken:
    return "/dev/kvm opens, but does not answer as KVM";
  case KvmDeviceState::opens:
    return "/dev/kvm opens";
  }
  return "";
}

} // namespace oopsfarm
