// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/checks.h"

#include "apps/tool_checks.h"
#include "base/strings.h"
#include "base/units.h"

#include <fmt/format.h>

namespace oopsfarm {

static constexpr std::uint64_t gib = 1ULL << 30;

const char* to_string(CheckStatus status)
{
  switch (status) {
  case CheckStatus::ok:
    return "ok";
  case CheckStatus::note:
    return "note";
  case CheckStatus::missing:
    return "missing";
  }
  return "unknown";
}

static std::string install(const std::string& packages)
{
  return "apt-get install --no-install-recommends " + packages;
}

/// A version, or what is wrong and which packages mend it.
static CheckResult version_result(const Result<std::string>& version,
                                  const std::string& packages)
{
  if (!version) {
    return {CheckStatus::missing, version.error().message, install(packages)};
  }
  return {CheckStatus::ok, *version, ""};
}

static Check qemu_check(Arch arch)
{
  const std::string packages = arch == Arch::x86_64
                                   ? "qemu-system-x86 qemu-system-data seabios"
                                   : "qemu-system-ppc qemu-system-data";
  return {fmt::format("QEMU for {}", to_string(arch)),
          [arch, packages](Host& host) {
            return version_result(host.qemu(arch), packages);
          }};
}

static CheckResult check_libvirt(Host& host)
{
  return version_result(host.libvirt(),
                        "libvirt-daemon libvirt-daemon-driver-qemu");
}

/// Both are fine: TCG is slower, but guests run under it.
static Check accelerator_check(Arch arch)
{
  return {fmt::format("accelerator for {}", to_string(arch)),
          [arch](Host& host) -> CheckResult {
            const auto chosen = host.accelerator(arch);
            if (!chosen) {
              return {CheckStatus::missing, chosen.error().message, ""};
            }
            if (chosen->kvm) {
              return {CheckStatus::ok, "KVM: a guest boots under it", ""};
            }
            return {CheckStatus::note, "TCG: " + chosen->reason, ""};
          }};
}

static Check toolchain_check(Arch arch)
{
  const std::string package = arch == Arch::x86_64
                                  ? "gcc-x86-64-linux-gnu"
                                  : "gcc-powerpc64le-linux-gnu";
  return {fmt::format("compiler for {}", to_string(arch)),
          [arch, package](Host& host) {
            auto result = version_result(host.toolchain(arch), package);
            // The first line is the compiler's, the second the linker's.
            result.found = result.found.substr(0, result.found.find('\n'));
            return result;
          }};
}

static CheckResult check_state(Host& host)
{
  const auto folder = host.state_folder();
  if (!folder) {
    return {CheckStatus::missing,
            folder.error().message,
            "choose another with --state DIR"};
  }
  return {CheckStatus::ok, folder->string(), ""};
}

/// A size that should be at least `wanted` and must be `needed`.
static CheckResult size_result(const Result<std::uint64_t>& size,
                               std::uint64_t needed,
                               std::uint64_t wanted,
                               const std::string& mend)
{
  if (!size) {
    return {CheckStatus::missing, size.error().message, mend};
  }
  const auto found = format_size(*size) + " free";
  if (*size >= wanted) {
    return {CheckStatus::ok, found, ""};
  }
  return {*size >= needed ? CheckStatus::note : CheckStatus::missing,
          fmt::format("{}; {} is a good start", found, format_size(wanted)),
          mend};
}

static CheckResult check_disk(Host& host)
{
  // A tree's repository and checkout take 3 GiB, an object tree about one.
  return size_result(host.free_disk(),
                     5 * gib,
                     12 * gib,
                     "free some space, or choose another disk with --state "
                     "DIR");
}

static CheckResult check_memory(Host& host)
{
  // A guest takes one GiB, the link of vmlinux another.
  return size_result(host.free_memory(),
                     gib + gib / 2,
                     4 * gib,
                     "end other programs, or lower parallel_guests in "
                     "farm.yaml");
}

/// Not needed, but where a first tree may come from.
static CheckResult check_sources(Host& host)
{
  const auto tarballs = host.files("/usr/src", "linux-source-");
  if (tarballs.empty()) {
    return {CheckStatus::note,
            "no kernel source in /usr/src; a git repository serves as well",
            install("linux-source-6.1")};
  }
  return {CheckStatus::ok, tarballs.front().string(), ""};
}

std::vector<Check> all_checks()
{
  std::vector<Check> checks;
  for (const auto arch : all_archs()) {
    checks.push_back(qemu_check(arch));
  }
  checks.push_back({"libvirt", check_libvirt});
  for (const auto arch : all_archs()) {
    checks.push_back(accelerator_check(arch));
  }
  for (const auto arch : all_archs()) {
    checks.push_back(toolchain_check(arch));
  }
  for (auto& check : tool_checks()) {
    checks.push_back(std::move(check));
  }
  checks.push_back({"state folder", check_state});
  checks.push_back({"disk", check_disk});
  checks.push_back({"memory", check_memory});
  checks.push_back({"kernel source", check_sources});
  return checks;
}

} // namespace oopsfarm
