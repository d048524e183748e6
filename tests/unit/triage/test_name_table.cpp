// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/head_finder.h"
#include "triage/name_table.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace oopsfarm;

TEST_CASE("NameTable::holds")
{
  const NameTable table("exact start* *end  *part* ");
  CHECK(table.holds("exact"));
  CHECK_FALSE(table.holds("exactly"));
  CHECK(table.holds("start"));
  CHECK(table.holds("starting"));
  CHECK_FALSE(table.holds("restart"));
  CHECK(table.holds("the_end"));
  CHECK_FALSE(table.holds("ending"));
  CHECK(table.holds("a_part_of"));
  CHECK_FALSE(table.holds(""));
  CHECK_FALSE(NameTable("").holds("exact"));
}

TEST_CASE("HeadFinder::find")
{
  const std::vector<Head> heads{{"BUG: bad", Place::anywhere, Role::report, {}},
                                {"BUG: ", Place::start, Role::report, {}},
                                {"Oops: ", Place::start, Role::report, {}}};
  const HeadFinder finder(heads);
  LineScan found;
  const auto count = [&](std::string_view text) {
    finder.find(text, found);
    return found.heads.size();
  };

  SUBCASE("all anchors of a line come in the order of the heads")
  {
    REQUIRE(count("BUG: bad thing") == 2);
    CHECK(found.heads[0].head == 0);
    CHECK(found.heads[1].head == 1);
    CHECK(found.heads[0].at == 0);
  }

  SUBCASE("an anchor for the start stands behind the kernel's tags only")
  {
    CHECK(count("  [ BUG: x ]") == 1);
    CHECK(count("watchdog: BUG: x") == 1);
    CHECK(count("my BUG: x") == 0);
    CHECK(count("my BUG: bad x") == 1);
  }

  SUBCASE("lines shorter than an anchor, and cut ones, have none")
  {
    CHECK(count("") == 0);
    CHECK(count("B") == 0);
    CHECK(count("BUG") == 0);
    CHECK(count("Oops:") == 0);
  }

  SUBCASE("a line full of anchors is bounded")
  {
    std::string text;
    for (int i = 0; i < 1000; ++i) {
      text += "BUG: bad ";
    }
    CHECK(count(text) <= 16);
  }
}
