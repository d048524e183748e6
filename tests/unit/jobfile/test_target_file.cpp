// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/target_file.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static const char* const hash_target = R"(
name: ppc64le-hash
arch: ppc64le
description: POWER9 with the hash MMU
mmu: hash
machine: pseries
cpu: power9
memory_mib: 2048
vcpus: 4
firmware: vof
hpt_page_mib: 16
console_device: hvc0
ktap_device: hvc1
cmdline: [disable_radix, a=b]
)";

TEST_CASE("parse_target")
{
  SUBCASE("reads every member")
  {
    const auto target = parse_target(hash_target, "t/ppc64le-hash.yaml");
    REQUIRE(target);
    CHECK(target->name == "ppc64le-hash");
    CHECK(target->arch == Arch::ppc64le);
    CHECK(target->description == "POWER9 with the hash MMU");
    CHECK(target->mmu == "hash");
    CHECK(target->machine == "pseries");
    CHECK(target->cpu == "power9");
    CHECK(target->memory_mib == 2048);
    CHECK(target->vcpus == 4);
    CHECK(target->firmware == "vof");
    CHECK(target->hpt_page_mib == 16);
    CHECK(target->console_device == "hvc0");
    CHECK(target->ktap_device == "hvc1");
    CHECK(target->cmdline == std::vector<std::string>{"disable_radix", "a=b"});
  }
  SUBCASE("refuses a name that is not the file's")
  {
    const auto target = parse_target(hash_target, "other.yaml");
    REQUIRE_FALSE(target);
    CHECK(target.error().message ==
          "other.yaml:2:7: 'name' must be the file's name, 'other', not "
          "'ppc64le-hash'");
  }
  SUBCASE("names all that lacks or is wrong")
  {
    const auto target = parse_target("name: t\n"
                                     "arch: ppc64\n"
                                     "vcpus: 0\n"
                                     "memory_mb: 4\n"
                                     "firmware: ../rom\n"
                                     "cmdline: [quiet init=/x]\n",
                                     "t.yaml");
    REQUIRE_FALSE(target);
    const auto& message = target.error().message;
    for (const char* part : {"2:7: 'arch' wants one of x86_64, ppc64le",
                             "needs the key 'machine'",
                             "needs the key 'console_device'",
                             "3:8: 'vcpus' wants an integer from 1 to 255",
                             "did you mean 'memory_mib'?",
                             "5:11: 'firmware' wants a name",
                             "one kernel parameter an item"}) {
      CAPTURE(std::string(part));
      CHECK(message.find(part) != std::string::npos);
    }
  }
}

TEST_CASE("read_targets")
{
  SUBCASE("reads the profiles that Oopsfarm comes with")
  {
    const auto targets = read_targets(
        std::filesystem::path(OOPSFARM_SOURCE_DIR) / "images/targets");
    REQUIRE_MESSAGE(targets.has_value(), targets.error().message);
    for (const char* name : {"x86_64", "ppc64le-radix", "ppc64le-hash"}) {
      CHECK(targets->count(name) == 1);
    }
  }
  SUBCASE("says which folder is missing")
  {
    const auto targets = read_targets("/nonexistent/targets");
    REQUIRE_FALSE(targets);
    CHECK(targets.error().message.starts_with("/nonexistent/targets: "));
  }
}
