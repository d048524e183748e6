// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/kconfig_symbols.h"
#include "support/git_repo.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

constexpr const char* kconfig_text = R"(# comment
menu "Memory"
	depends on MMU

config OTHER
	bool "Other"
	depends on NEVER

if BLOCK || NET

config FOO
	bool "Foo"
	depends on BAR && \
		   BAZ
	depends on X
	help
	  depends on nothing that is said here, and
	  config FOO in prose is no entry.

	  if you are unsure, say N.

config FOO_BAR
	bool "Not Foo"

endif # BLOCK || NET
endmenu

config FOO
	bool
	depends on LAST
)";

TEST_CASE("find_in_kconfig")
{
  SUBCASE("joins an entry's dependencies with those of what is around it")
  {
    const auto entries = find_in_kconfig(kconfig_text, "mm/Kconfig", "FOO");
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].file == "mm/Kconfig");
    CHECK(entries[0].line == 11);
    CHECK(entries[0].prompt);
    CHECK(entries[0].depends == "MMU && (BLOCK || NET) && BAR && BAZ && X");
    CHECK(entries[1].line == 28);
    CHECK_FALSE(entries[1].prompt);
    CHECK(entries[1].depends == "LAST");
  }

  SUBCASE("finds nothing for a symbol that is only mentioned")
  {
    CHECK(find_in_kconfig(kconfig_text, "Kconfig", "BAZ").empty());
    CHECK(find_in_kconfig("", "Kconfig", "BAZ").empty());
  }

  SUBCASE("lives through unbalanced and endless blocks")
  {
    std::string text;
    for (int i = 0; i < 1000; ++i) {
      text += "if A\nmenu \"x\"\n";
    }
    text += "endif\nendmenu\nendchoice\nconfig FOO\n\tbool \"x\"\nendif\n";
    CHECK(find_in_kconfig("endif\n" + text, "K", "FOO").size() == 1);
  }
}

TEST_CASE("explain_unmet")
{
  Wish wish;
  wish.symbol = "FOO";
  wish.value = "y";
  wish.file = "mm-debug.config";
  wish.line = 12;

  SUBCASE("names the symbol, who wants it, what it depends on and how that is")
  {
    const KconfigEntry entry{"mm/Kconfig", 123, true, "BAR && !BAZ && QUX"};
    CHECK(explain_unmet(wish, {entry}, {{"BAR", "y"}, {"BAZ", "n"}}) ==
          "CONFIG_FOO=y, wanted by mm-debug.config:12, is not set: it depends "
          "on BAR && !BAZ && QUX (BAR=y, BAZ is not set, QUX is not set) "
          "[mm/Kconfig:123]");
  }

  SUBCASE("says when the kernel has no such symbol")
  {
    CHECK(explain_unmet(wish, {}, {}).find("this kernel has no such symbol") !=
          std::string::npos);
  }

  SUBCASE("says when only other symbols can select it")
  {
    const KconfigEntry entry{"mm/Kconfig", 1, false, ""};
    CHECK(explain_unmet(wish, {entry}, {})
              .find("only other symbols can select it [mm/Kconfig:1]") !=
          std::string::npos);
  }

  SUBCASE("shows the value it has instead, fit for a terminal")
  {
    CHECK(explain_unmet(wish, {}, {{"FOO", "4\x1b[2J"}}).find("is 4?[2J: ") !=
          std::string::npos);
  }
}

TEST_CASE("find_symbol")
{
  const auto folder = testing::temp_folder();
  const auto& source = folder.path();
  const std::string entry = "config FOO\n\tbool \"Foo\"\n\tdepends on ";
  testing::spit(source / "Kconfig", "source \"mm/Kconfig\"\n");
  testing::spit(source / "mm/Kconfig.debug", entry + "MM\n");
  testing::spit(source / "arch/x86/Kconfig", entry + "X86\n");
  testing::spit(source / "arch/powerpc/Kconfig", entry + "PPC\n");
  testing::spit(source / "arch/Kconfig", entry + "ALL\n");
  testing::spit(source / "outside/Kconfig", entry + "LINK\n");
  std::filesystem::rename(source / "outside", source / "../outside-oopsfarm");
  std::filesystem::create_directory_symlink("../outside-oopsfarm",
                                            source / "link");

  SUBCASE("reads all Kconfig files but other architectures' and links")
  {
    const auto entries = find_symbol(source, Arch::ppc64le, "FOO");
    REQUIRE(entries.size() == 3);
    CHECK(entries[0].file == "arch/Kconfig");
    CHECK(entries[1].file == "arch/powerpc/Kconfig");
    CHECK(entries[2].file == "mm/Kconfig.debug");
    CHECK(find_symbol(source, Arch::x86_64, "FOO")[1].file ==
          "arch/x86/Kconfig");
  }
  std::filesystem::remove_all(source / "../outside-oopsfarm");
}
