// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/flavour.h"
#include "kbuild/fragment.h"
#include "support/git_repo.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace oopsfarm;

static std::vector<std::string> file_names(const Flavour& flavour)
{
  std::vector<std::string> names;
  for (const auto& file : flavour.fragments) {
    names.push_back(file.filename().string());
  }
  return names;
}

TEST_CASE("flavours of a folder")
{
  const auto folder = testing::temp_folder();
  const auto& path = folder.path();
  testing::spit(path / "common.config", "CONFIG_A=y\n");
  testing::spit(path / "x86_64.config", "CONFIG_X=y\n");
  testing::spit(path / "ppc64le.config", "CONFIG_P=y\n");
  testing::spit(path / "plain.config", "");
  testing::spit(path / "mm-debug.config", "CONFIG_D=y\n");
  testing::spit(path / "mm-debug.ppc64le.config", "CONFIG_DP=y\n");
  testing::spit(path / "README", "");

  SUBCASE("are the files that are no shared part, sorted")
  {
    CHECK(*list_flavours(path) ==
          std::vector<std::string>{"mm-debug", "plain"});
  }

  SUBCASE("have common, architecture's and own fragments in this order")
  {
    CHECK(file_names(*load_flavour(path, "mm-debug", Arch::ppc64le)) ==
          std::vector<std::string>{"common.config",
                                   "ppc64le.config",
                                   "mm-debug.config",
                                   "mm-debug.ppc64le.config"});
    CHECK(file_names(*load_flavour(path, "mm-debug", Arch::x86_64)) ==
          std::vector<std::string>{
              "common.config", "x86_64.config", "mm-debug.config"});
  }

  SUBCASE("have a hash that only what they want changes")
  {
    const auto before = load_flavour(path, "plain", Arch::x86_64)->hash;
    CHECK(before == load_flavour(path, "plain", Arch::x86_64)->hash);
    CHECK(before != load_flavour(path, "plain", Arch::ppc64le)->hash);
    const std::string text = "CONFIG_A=y\n";
    testing::spit(path / "common.config",
                  "# more\n# objects: x86_64=7\n\n" + text);
    CHECK(before == load_flavour(path, "plain", Arch::x86_64)->hash);
    testing::spit(path / "common.config", text + "CONFIG_MORE=y\n");
    CHECK(before != load_flavour(path, "plain", Arch::x86_64)->hash);
    testing::spit(path / "common.config",
                  text + "CONFIG_MORE=y # if available\n");
    const auto available = load_flavour(path, "plain", Arch::x86_64)->hash;
    testing::spit(path / "common.config", text + "CONFIG_MORE=y\n");
    CHECK(available != load_flavour(path, "plain", Arch::x86_64)->hash);
  }

  SUBCASE("say which targets can't have them, by name, architecture or MMU")
  {
    Target radix;
    radix.name = "ppc64le-radix";
    radix.arch = Arch::ppc64le;
    radix.mmu = "radix";
    auto hash = radix;
    hash.name = "ppc64le-hash";
    hash.mmu = "hash";
    Target x86;
    x86.name = "x86_64";
    const auto excludes = [&](const std::string& what, const Target& target) {
      testing::spit(path / "plain.config", "# not-for: " + what + ": why\n");
      const auto flavour = load_flavour(path, "plain", target.arch);
      REQUIRE(flavour);
      const auto* found = find_exclusion(*flavour, target);
      CHECK((found == nullptr || found->reason == "why"));
      return found != nullptr;
    };
    CHECK(excludes("hash", hash));
    CHECK_FALSE(excludes("hash", radix));
    CHECK_FALSE(excludes("hash", x86));
    CHECK(excludes("ppc64le-radix", radix));
    CHECK_FALSE(excludes("ppc64le-radix", hash));
    CHECK(excludes("ppc64le", hash));
    CHECK(excludes("x86_64", x86));
    CHECK_FALSE(excludes("ppc64le", x86));
  }

  SUBCASE("that are not there are named with the nearest one")
  {
    for (const char* name : {"plan", "common", "../plain", ""}) {
      const auto flavour = load_flavour(path, name, Arch::x86_64);
      REQUIRE_FALSE(flavour);
      CHECK(flavour.error().fault == Fault::user);
    }
    CHECK(load_flavour(path, "plan", Arch::x86_64)
              .error()
              .message.find("'plain'") != std::string::npos);
  }

  SUBCASE("with a broken fragment say file and line")
  {
    testing::spit(path / "plain.config", "CONFIG_A=y\nwhat\n");
    CHECK(load_flavour(path, "plain", Arch::x86_64)
              .error()
              .message.rfind("plain.config:2: ", 0) == 0);
  }

  SUBCASE("of a folder that is not there are an infra error")
  {
    CHECK(list_flavours(path / "none").error().fault == Fault::infra);
  }
}

TEST_CASE("the flavours that come with the program")
{
  const std::filesystem::path kconfigs =
      std::filesystem::path(OOPSFARM_SOURCE_DIR) / "kconfigs";

  SUBCASE("are well-formed for every architecture, on tinyconfig")
  {
    const auto names = list_flavours(kconfigs);
    REQUIRE(names);
    for (const char* name : {"mm-debug", "plain", "kasan", "hmm"}) {
      CHECK(std::count(names->begin(), names->end(), name) == 1);
    }
    for (const auto& name : *names) {
      for (const auto arch : all_archs()) {
        CAPTURE(name);
        const auto flavour = load_flavour(kconfigs, name, arch);
        REQUIRE(flavour);
        const auto merged = load_fragments(flavour->fragments);
        REQUIRE(merged);
        CHECK(merged->base == "tinyconfig");
        CHECK(merged->objects.count(to_string(arch)) == 1);
      }
    }
  }
}
