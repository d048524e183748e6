// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/accelerator.h"

#include "base/hash.h"
#include "base/strings.h"
#include "guest/kvm_probe.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <sys/utsname.h>

#include <optional>

namespace oopsfarm {

static constexpr const char* no_probe =
    "no probe guest for this architecture proves KVM; accelerator: kvm in "
    "farm.yaml takes it unproven";

static bool has_probe(Arch arch)
{
  return arch == Arch::x86_64;
}

HostKvm host_kvm()
{
  utsname names = {};
  uname(&names);
  return {names.machine,
          fmt::format("{} {}", names.release, names.version),
          kvm_device_state()};
}

/// Why guests of `arch` can't have KVM whatever a probe would say, or "".
static std::string out_of_question(Arch arch, const HostKvm& host)
{
  if (host.machine != to_string(arch)) {
    return host.machine + " host";
  }
  if (host.device != KvmDeviceState::opens) {
    return describe(host.device);
  }
  return "";
}

/// A probe's answer as a file: first line the key, second "ok" or why not.
static std::filesystem::path answer_file(const std::filesystem::path& cache_dir,
                                         Arch arch)
{
  return cache_dir / fmt::format("kvm-{}", to_string(arch));
}

/// An earlier answer to the same question: "" = KVM works.
static std::optional<std::string> recall(const std::filesystem::path& file,
                                         const std::string& key)
{
  const auto text = read_file(file, 4096);
  if (!text) {
    return std::nullopt; // the usual case: never asked
  }
  const auto lines = split_lines(*text);
  if (lines.size() != 2 || lines[0] != key || lines[1].empty()) {
    return std::nullopt;
  }
  return lines[1] == "ok" ? "" : lines[1];
}

/// Why KVM does not work though its device opens: "" when it does.
static Result<std::string> probe_or_recall(Arch arch,
                                           const std::filesystem::path& folder,
                                           ProcessRunner& processes,
                                           const Stop& stop,
                                           const HostKvm& host)
{
  TRY_ASSIGN(const auto qemu, qemu_version(arch, processes, stop));
  const auto key = sha256_hex(
      fmt::format("{}\n{}\n{}", kvm_probe_version, host.kernel, qemu));
  const auto file = answer_file(folder, arch);
  if (const auto known = recall(file, key)) {
    return *known;
  }
  TRY_ASSIGN(auto reason, probe_kvm(processes, stop));
  TRY(make_folder(folder));
  TRY(write_file(file,
                 fmt::format("{}\n{}\n", key, reason.empty() ? "ok" : reason)));
  return reason;
}

static Error refuse(Arch arch, const std::string& why_not)
{
  return user_error(fmt::format(
      "farm.yaml asks for KVM, which {} guests can't use here: {}. Set "
      "accelerator: auto or tcg",
      to_string(arch),
      why_not));
}

Result<Accelerator> choose_accelerator(Arch arch,
                                       AccelPolicy policy,
                                       const std::filesystem::path& cache_dir,
                                       ProcessRunner& processes,
                                       const Stop& stop,
                                       const HostKvm& host)
{
  const bool insists = policy == AccelPolicy::kvm;
  if (policy == AccelPolicy::tcg) {
    return Accelerator{false, "farm.yaml asks for TCG"};
  }
  auto reason = out_of_question(arch, host);
  if (reason.empty() && !has_probe(arch)) {
    // Nothing of ours proves it, so that only the user's word takes it.
    return Accelerator{insists, insists ? "" : no_probe};
  }
  if (reason.empty()) {
    TRY_ASSIGN(const auto failure,
               probe_or_recall(arch, cache_dir, processes, stop, host));
    if (failure.empty()) {
      return Accelerator{true, ""};
    }
    reason = "/dev/kvm opens, but " + failure;
  }
  if (insists) {
    return refuse(arch, reason);
  }
  return Accelerator{false, reason};
}

} // namespace oopsfarm
