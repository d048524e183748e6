// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/checks.h"

#include <doctest/doctest.h>

#include <set>

using namespace oopsfarm;

namespace {

/// A machine that has all, until a test takes something away.
class FakeHost final : public Host
{
public:
  Result<std::string> output(const std::vector<std::string>& argv) override
  {
    asked.push_back(argv);
    if (broken.contains(argv.front())) {
      return infra_error("exit code 1: no");
    }
    return argv.front() + " version 1\nmore\n";
  }

  bool has_program(const std::string& name) override
  {
    return !absent.contains(name);
  }

  bool has_file(const std::filesystem::path& file) override
  {
    return !absent.contains(file.string());
  }

  std::vector<std::filesystem::path> files(const std::filesystem::path& folder,
                                           const std::string& prefix) override
  {
    if (absent.contains("sources")) {
      return {};
    }
    return {folder / (prefix + "6.1.tar.xz")};
  }

  Result<std::string> qemu(Arch arch) override
  {
    if (absent.contains(std::string("qemu-") + to_string(arch))) {
      return infra_error("not installed");
    }
    return std::string("7.2");
  }

  Result<std::string> libvirt() override
  {
    return absent.contains("libvirt") ? Result<std::string>(infra_error("no"))
                                      : std::string("9.0.0");
  }

  Result<std::string> toolchain(Arch /*arch*/) override
  {
    return absent.contains("gcc-cross")
               ? Result<std::string>(user_error("no gcc"))
               : std::string("gcc 12\nld 2.40");
  }

  Result<Accelerator> accelerator(Arch /*arch*/) override
  {
    return Accelerator{has_kvm, has_kvm ? "" : "guests hang"};
  }

  Result<std::filesystem::path> state_folder() override
  {
    return absent.contains("state")
               ? Result<std::filesystem::path>(user_error("not writable"))
               : std::filesystem::path("/state");
  }

  Result<std::uint64_t> free_disk() override { return disk; }

  Result<std::uint64_t> free_memory() override { return memory; }

  std::set<std::string> absent;
  std::set<std::string> broken;
  std::vector<std::vector<std::string>> asked;
  bool has_kvm = true;
  std::uint64_t disk = 100ULL << 30;
  std::uint64_t memory = 16ULL << 30;
};

} // namespace

static CheckResult ask(const std::string& name, Host& host)
{
  for (const auto& check : all_checks()) {
    if (check.name == name) {
      return check.ask(host);
    }
  }
  FAIL("no check is called " << name);
  return {};
}

TEST_CASE("all_checks on a machine that has all")
{
  FakeHost host;
  for (const auto& check : all_checks()) {
    CAPTURE(check.name);
    const auto result = check.ask(host);
    CHECK(result.status == CheckStatus::ok);
    CHECK_FALSE(result.found.empty());
    CHECK(result.mend.empty());
  }
}

TEST_CASE("all_checks says what to type for each thing that is missing")
{
  FakeHost host;
  const auto mend = [&](const std::string& absent, const std::string& check) {
    host.absent = {absent};
    const auto result = ask(check, host);
    CHECK(result.status == CheckStatus::missing);
    return result.mend;
  };
  SUBCASE("QEMU, by architecture")
  {
    CHECK(mend("qemu-ppc64le", "QEMU for ppc64le").find("qemu-system-ppc ") !=
          std::string::npos);
    CHECK(ask("QEMU for x86_64", host).status == CheckStatus::ok);
  }
  SUBCASE("libvirt's driver")
  {
    CHECK(mend("libvirt", "libvirt").find("libvirt-daemon-driver-qemu") !=
          std::string::npos);
  }
  SUBCASE("a compiler")
  {
    CHECK(mend("gcc-cross", "compiler for ppc64le")
              .find("gcc-powerpc64le-linux-gnu") != std::string::npos);
  }
  SUBCASE("a build tool, by the package that has it")
  {
    CHECK(mend("xz", "build tools") ==
          "apt-get install --no-install-recommends xz-utils");
  }
  SUBCASE("a header")
  {
    CHECK(mend("/usr/include/libelf.h", "build tools") ==
          "apt-get install --no-install-recommends libelf-dev");
  }
  SUBCASE("the state folder")
  {
    CHECK(mend("state", "state folder").find("--state") != std::string::npos);
  }
  SUBCASE("bubblewrap")
  {
    CHECK(mend("bwrap", "build sandbox").find("bubblewrap") !=
          std::string::npos);
  }
}

TEST_CASE("all_checks tries the sandbox for real")
{
  FakeHost host;
  SUBCASE("with a command inside of it")
  {
    CHECK(ask("build sandbox", host).status == CheckStatus::ok);
    REQUIRE(host.asked.size() == 1);
    CHECK(host.asked[0].front() == "bwrap");
    CHECK(host.asked[0].back() == "true");
  }
  SUBCASE("and reports an installed one that does not work")
  {
    host.broken = {"bwrap"};
    const auto result = ask("build sandbox", host);
    CHECK(result.status == CheckStatus::missing);
    CHECK(result.found.find("exit code 1: no") != std::string::npos);
    CHECK_FALSE(result.mend.empty());
  }
}

TEST_CASE("all_checks notes what is worth knowing but not needed")
{
  FakeHost host;
  SUBCASE("TCG, with the reason")
  {
    host.has_kvm = false;
    const auto result = ask("accelerator for x86_64", host);
    CHECK(result.status == CheckStatus::note);
    CHECK(result.found == "TCG: guests hang");
  }
  SUBCASE("no kernel source")
  {
    host.absent = {"sources"};
    CHECK(ask("kernel source", host).status == CheckStatus::note);
  }
  SUBCASE("little disk, and too little of it")
  {
    host.disk = 8ULL << 30;
    CHECK(ask("disk", host).status == CheckStatus::note);
    host.disk = 1ULL << 30;
    CHECK(ask("disk", host).status == CheckStatus::missing);
  }
  SUBCASE("little memory, and too little of it")
  {
    host.memory = 2ULL << 30;
    CHECK(ask("memory", host).status == CheckStatus::note);
    host.memory = 1ULL << 30;
    CHECK(ask("memory", host).status == CheckStatus::missing);
  }
}
