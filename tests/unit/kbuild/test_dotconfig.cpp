// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/dotconfig.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static std::vector<Wish> wishes(const std::string& fragment)
{
  const auto parsed = parse_fragment(fragment, "x.config");
  REQUIRE(parsed);
  return parsed->wishes;
}

TEST_CASE("parse_dotconfig")
{
  SUBCASE("reads set and unset symbols and leaves all else out")
  {
    const auto values = parse_dotconfig("#\n# Automatically generated\n"
                                        "CONFIG_A=y\n# CONFIG_B is not set\n"
                                        "CONFIG_C=\"x=y\"\nCONFIG_D\nnonsense");
    CHECK(values.size() == 3);
    CHECK(values.at("A") == "y");
    CHECK(values.at("B") == "n");
    CHECK(values.at("C") == "\"x=y\"");
  }
}

TEST_CASE("merge_dotconfig")
{
  SUBCASE("puts wishes in the place of what the file said")
  {
    const auto merged =
        merge_dotconfig("CONFIG_A=y\nCONFIG_AA=y\n# CONFIG_B is not set\n",
                        wishes("# CONFIG_A is not set\nCONFIG_B=y\n"
                               "CONFIG_N=3\n"));
    CHECK(merged ==
          "CONFIG_AA=y\n# CONFIG_A is not set\nCONFIG_B=y\nCONFIG_N=3\n");
  }
}

TEST_CASE("unmet_wishes")
{
  const std::string config = "CONFIG_A=y\n# CONFIG_B is not set\n"
                             "CONFIG_N=8\n";

  SUBCASE("is empty when all took effect")
  {
    CHECK(unmet_wishes(config,
                       wishes("CONFIG_A=y\nCONFIG_N=8\n"
                              "# CONFIG_B is not set\n"
                              "# CONFIG_ABSENT is not set\n"))
              .empty());
  }

  SUBCASE("names what is off, absent, of another value, or on against the wish")
  {
    const auto unmet = unmet_wishes(config,
                                    wishes("# CONFIG_A is not set\n"
                                           "CONFIG_B=y\nCONFIG_ABSENT=y\n"
                                           "CONFIG_N=4\n"));
    REQUIRE(unmet.size() == 4);
    CHECK(unmet[0].symbol == "A");
    CHECK(unmet[3].symbol == "N");
  }

  SUBCASE("passes over what is wanted only if available")
  {
    CHECK(unmet_wishes(config, wishes("CONFIG_B=y # if available\n")).empty());
  }
}
