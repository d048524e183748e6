// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixtures.h"
#include "guest/accelerator.h"
#include "guest/kvm_probe.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace oopsfarm;
using namespace oopsfarm::testing;

namespace {

/// A QEMU that tells its version, and ends the probe as it is told.
class FakeQemuRunner final : public ProcessRunner
{
public:
  Result<Finished>
  run(const Command& command, const RunOptions& options, const Stop&) override
  {
    Finished done;
    if (command.argv.back() == "--version") {
      done.out = "QEMU emulator version " + version + "\nCopyright\n";
      return done;
    }
    ++probes;
    sector_was_there = has_sector(command.argv.back());
    CHECK(options.timeout == std::chrono::seconds(5));
    return probe;
  }

  Finished probe;
  std::string version = "7.2.22 (Debian)";
  int probes = 0;
  bool sector_was_there = false;

private:
  static bool has_sector(const std::string& drive)
  {
    const std::string mark = "file=";
    const auto at = drive.find(mark);
    return at != std::string::npos &&
           content(drive.substr(at + mark.size())) == kvm_probe_sector();
  }
};

/// A farm on an x86_64 host whose /dev/kvm opens.
struct Farm
{
  TempFolder folder = temp_folder();
  FakeQemuRunner qemu;
  Stop stop;
  HostKvm host = {"x86_64", "6.1.0 #1", KvmDeviceState::opens};

  Result<Accelerator> choose(AccelPolicy policy, Arch arch = Arch::x86_64)
  {
    return choose_accelerator(
        arch, policy, folder.path() / "cache", qemu, stop, host);
  }
};

} // namespace

static Finished exit_with(int code, std::string err = "")
{
  Finished done;
  done.status.code = code;
  done.err = std::move(err);
  return done;
}

TEST_CASE("guest::choose_accelerator")
{
  Farm farm;
  farm.qemu.probe = exit_with(kvm_probe_exit_code);

  SUBCASE("takes KVM where the probe guest runs to its end")
  {
    const auto chosen = farm.choose(AccelPolicy::automatic);
    REQUIRE(chosen);
    CHECK(chosen->kvm);
    CHECK(chosen->reason.empty());
    CHECK(farm.qemu.sector_was_there);
  }

  SUBCASE("takes TCG where the probe guest hangs, and says so")
  {
    farm.qemu.probe.timed_out = true;
    const auto chosen = farm.choose(AccelPolicy::automatic);
    REQUIRE(chosen);
    CHECK_FALSE(chosen->kvm);
    CHECK(chosen->reason ==
          "/dev/kvm opens, but a guest under it did not boot within 5 s");
  }

  SUBCASE("takes TCG where QEMU gives up, with its last words")
  {
    farm.qemu.probe = exit_with(0, "first\nfailed to set MSR 0x10a\n");
    farm.qemu.probe.status.signal = 6;
    const auto chosen = farm.choose(AccelPolicy::automatic);
    REQUIRE(chosen);
    CHECK_FALSE(chosen->kvm);
    CHECK(chosen->reason.find("failed to set MSR") != std::string::npos);
    CHECK(chosen->reason.find("first") == std::string::npos);
  }

  SUBCASE("does not take a QEMU that merely exits for a guest that ran")
  {
    farm.qemu.probe = exit_with(0);
    CHECK_FALSE(farm.choose(AccelPolicy::automatic)->kvm);
  }

  SUBCASE("asks once, until the host's kernel or QEMU changes")
  {
    farm.qemu.probe.timed_out = true;
    const auto first = farm.choose(AccelPolicy::automatic);
    const auto second = farm.choose(AccelPolicy::automatic);
    CHECK(farm.qemu.probes == 1);
    CHECK(first->reason == second->reason);
    farm.host.kernel = "6.1.1 #1";
    REQUIRE(farm.choose(AccelPolicy::automatic));
    CHECK(farm.qemu.probes == 2);
    farm.qemu.version = "8.0";
    REQUIRE(farm.choose(AccelPolicy::automatic));
    CHECK(farm.qemu.probes == 3);
  }

  SUBCASE("asks again when the kept answer is damaged")
  {
    REQUIRE(farm.choose(AccelPolicy::automatic));
    for (const auto* text : {"", "x", "x\ny\n"}) {
      REQUIRE(write_file(farm.folder.path() / "cache/kvm-x86_64", text));
      CHECK(farm.choose(AccelPolicy::automatic)->kvm);
    }
    CHECK(farm.qemu.probes == 4);
  }

  SUBCASE("needs no probe where KVM is out of the question")
  {
    CHECK(farm.choose(AccelPolicy::automatic, Arch::ppc64le)->reason ==
          "x86_64 host");
    farm.host.device = KvmDeviceState::denied;
    const auto denied = farm.choose(AccelPolicy::automatic);
    CHECK_FALSE(denied->kvm);
    CHECK(denied->reason.find("permission denied") != std::string::npos);
    farm.host.device = KvmDeviceState::absent;
    CHECK_FALSE(farm.choose(AccelPolicy::automatic)->kvm);
    CHECK_FALSE(farm.choose(AccelPolicy::tcg)->kvm);
    CHECK(farm.qemu.probes == 0);
  }

  SUBCASE("is the user's error to insist on a KVM that can't be used")
  {
    CHECK(farm.choose(AccelPolicy::kvm)->kvm);
    CHECK_FALSE(farm.choose(AccelPolicy::kvm, Arch::ppc64le));
    farm.host.kernel = "other";
    farm.qemu.probe.timed_out = true;
    const auto refused = farm.choose(AccelPolicy::kvm);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().fault == Fault::user);
    CHECK(refused.error().message.find("within 5 s") != std::string::npos);
  }

  SUBCASE("takes the user's word where no probe guest exists")
  {
    farm.host.machine = "ppc64le";
    CHECK_FALSE(farm.choose(AccelPolicy::automatic, Arch::ppc64le)->kvm);
    CHECK(farm.choose(AccelPolicy::kvm, Arch::ppc64le)->kvm);
    CHECK(farm.qemu.probes == 0);
  }

  SUBCASE("keeps no answer when it was stopped")
  {
    farm.qemu.probe.stopped = true;
    CHECK_FALSE(farm.choose(AccelPolicy::automatic));
    farm.qemu.probe.stopped = false;
    REQUIRE(farm.choose(AccelPolicy::automatic));
    CHECK(farm.qemu.probes == 2);
  }
}

TEST_CASE("guest::kvm_probe_sector")
{
  SUBCASE("is a boot sector whose addresses are where the code says")
  {
    const auto sector = kvm_probe_sector();
    REQUIRE(sector.size() == 512);
    CHECK(sector.substr(510) == "\x55\xaa");
    // The far jump's target, 0x7c59, starts with xor eax, eax; cpuid.
    CHECK(sector.substr(0x59, 4) == "\x31\xc0\x0f\xa2");
    // lgdt's operand, 0x7c79: limit 15, base 0x7c80, and the code segment.
    CHECK(sector.substr(0x79, 4) == std::string("\x0f\x00\x80\x7c", 4));
    CHECK(sector.substr(0x8d, 2) == "\x9a\x20");
  }
}

TEST_CASE("guest::qemu_version")
{
  Farm farm;

  SUBCASE("is what follows the program's name")
  {
    CHECK(*qemu_version(Arch::x86_64, farm.qemu, farm.stop) ==
          "7.2.22 (Debian)");
  }

  SUBCASE("does not carry control characters into messages")
  {
    farm.qemu.version = "7\x1b[2J";
    CHECK(*qemu_version(Arch::x86_64, farm.qemu, farm.stop) == "7?[2J");
  }
}
