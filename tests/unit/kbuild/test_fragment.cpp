// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/fragment.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static std::string failure(const std::string& text)
{
  const auto fragment = parse_fragment(text, "x.config");
  REQUIRE_FALSE(fragment);
  CHECK(fragment.error().fault == Fault::user);
  return fragment.error().message;
}

TEST_CASE("parse_fragment")
{
  SUBCASE("reads every kind of line")
  {
    const auto fragment = parse_fragment("# Some words about it\n"
                                         "# base: x86_64_defconfig\n"
                                         "# objects: x86_64=944 ppc64le=800\n"
                                         "# not-for: hash: it needs: radix\n"
                                         "CONFIG_SMP=y\r\n"
                                         "CONFIG_NR_CPUS=8\n"
                                         "CONFIG_PANIC_TIMEOUT=-1\n"
                                         "CONFIG_START=0xff00\n"
                                         "CONFIG_NAME=\"a b\"\n"
                                         "CONFIG_NEW=y  # if available\n"
                                         "# CONFIG_OFF is not set\n",
                                         "x.config");
    REQUIRE(fragment);
    CHECK(fragment->base == "x86_64_defconfig");
    CHECK(fragment->objects.at("x86_64") == 944);
    CHECK(fragment->objects.at("ppc64le") == 800);
    REQUIRE(fragment->not_for.size() == 1);
    CHECK(fragment->not_for[0].what == "hash");
    CHECK(fragment->not_for[0].reason == "it needs: radix");
    REQUIRE(fragment->wishes.size() == 7);
    const auto& wishes = fragment->wishes;
    CHECK(wishes[0].symbol == "SMP");
    CHECK(wishes[0].value == "y");
    CHECK(wishes[0].file == "x.config");
    CHECK(wishes[0].line == 5);
    CHECK(wishes[0].need == Need::must);
    CHECK(wishes[2].value == "-1");
    CHECK(wishes[3].value == "0xff00");
    CHECK(wishes[4].value == "\"a b\"");
    CHECK(wishes[5].need == Need::if_available);
    CHECK(wishes[5].value == "y");
    CHECK(wishes[6].symbol == "OFF");
    CHECK(wishes[6].value == "n");
  }

  SUBCASE("names the line that is no fragment's")
  {
    CHECK(failure("\nSMP=y\n") ==
          "x.config:2: neither CONFIG_NAME=value nor a comment");
    for (const char* line : {"CONFIG_A",
                             "CONFIG_A=m",
                             "CONFIG_A=y extra",
                             "CONFIG_A=\"x",
                             "CONFIG_A=\"x\\\"\"",
                             "CONFIG_A=-",
                             "CONFIG_A=0x",
                             "CONFIG_=y",
                             "CONFIG_A B=y",
                             "CONFIG_A=y # when available"}) {
      CAPTURE(line);
      CHECK(failure(line).rfind("x.config:1: wanted: CONFIG_NAME=", 0) == 0);
    }
  }

  SUBCASE("refuses a symbol that comes twice")
  {
    CHECK(failure("CONFIG_A=y\n# CONFIG_A is not set\n") ==
          "x.config:2: CONFIG_A stands here twice");
  }

  SUBCASE("refuses headers that are not of their form")
  {
    CHECK(failure("# base: ../../etc\n").find("no defconfig's name") !=
          std::string::npos);
    CHECK(failure("# objects: many\n").find("wanted: # objects:") !=
          std::string::npos);
    CHECK(failure("# objects: x86_64=99999999999999999999999\n")
              .find("wanted: # objects:") != std::string::npos);
    for (const char* rest : {"", " hash", " hash:", " hash: ", " a b: c"}) {
      CAPTURE(rest);
      CHECK(failure(std::string("# not-for:") + rest + "\n") ==
            "x.config:1: wanted: # not-for: TARGET, ARCHITECTURE or MMU: "
            "REASON");
    }
  }

  SUBCASE("takes prose with CONFIG in it for a comment")
  {
    CHECK(parse_fragment("# see CONFIG_FOO\n", "x")->wishes.empty());
  }
}

TEST_CASE("merge_fragments")
{
  SUBCASE("lets the later fragment win, at the earlier one's place")
  {
    const auto a =
        parse_fragment("# base: tinyconfig\n# objects: x86_64=1 ppc64le=2\n"
                       "CONFIG_A=y\nCONFIG_B=y\n# not-for: x86_64: a\n",
                       "a");
    const auto b = parse_fragment(
        "# objects: x86_64=3\n# CONFIG_A is not set\nCONFIG_C=y\n"
        "# not-for: hash: b\n",
        "b");
    const auto merged = merge_fragments({*a, *b});
    REQUIRE(merged.wishes.size() == 3);
    CHECK(merged.wishes[0].symbol == "A");
    CHECK(merged.wishes[0].value == "n");
    CHECK(merged.wishes[0].file == "b");
    CHECK(merged.wishes[2].symbol == "C");
    CHECK(merged.base == "tinyconfig");
    CHECK(merged.objects.at("x86_64") == 3);
    CHECK(merged.objects.at("ppc64le") == 2);
    REQUIRE(merged.not_for.size() == 2);
    CHECK(merged.not_for[0].reason == "a");
    CHECK(merged.not_for[1].reason == "b");
  }

  SUBCASE("of nothing is nothing")
  {
    CHECK(merge_fragments({}).wishes.empty());
    CHECK(merge_fragments({}).base.empty());
  }
}
