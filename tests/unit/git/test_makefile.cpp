// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/makefile.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

using Tags = std::vector<std::string>;

static Tags tags_of(const char* text)
{
  const auto version = parse_kernel_version(text);
  return version ? version->tags() : Tags{};
}

TEST_CASE("git::parse_kernel_version")
{
  SUBCASE("a stable release is tagged as itself and as its series")
  {
    CHECK(tags_of("# SPDX\nVERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 176\n"
                  "EXTRAVERSION =\nNAME = Curry Ramen\n") ==
          Tags{"v6.1.176", "v6.1"});
  }
  SUBCASE("a first release has one tag")
  {
    CHECK(tags_of("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n") ==
          Tags{"v6.1"});
  }
  SUBCASE("a candidate does not stand for the release")
  {
    CHECK(tags_of("VERSION=6\nPATCHLEVEL=2\nSUBLEVEL=0\nEXTRAVERSION=-rc3\n") ==
          Tags{"v6.2-rc3"});
  }
  SUBCASE("what could not be a tag's name is left out")
  {
    CHECK(tags_of("VERSION=6\nPATCHLEVEL=2\nEXTRAVERSION=$(shell id)\n") ==
          Tags{"v6.2"});
  }
  SUBCASE("other Makefiles have no version")
  {
    CHECK(tags_of("").empty());
    CHECK(tags_of("all:\n\tcc a.c\n").empty());
    CHECK(tags_of("VERSION = six\nPATCHLEVEL = 1\n").empty());
    CHECK(tags_of("VERSION = 6\n").empty());
  }
}
