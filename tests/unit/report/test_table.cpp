// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/table.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("Table::text")
{
  Table table(Colour::no);
  table.column("target", Align::left);
  table.column("rate", Align::left);
  table.column("kills", Align::right);
  SUBCASE("aligns columns, counting code points and not bytes")
  {
    table.row({"x", "5–36", "7"});
    table.row({"ppc64le-hash", "1", "12345"});
    CHECK(table.text() == "target        rate  kills\n"
                          "x             5–36      7\n"
                          "ppc64le-hash  1     12345\n");
  }
  SUBCASE("leaves no trailing spaces when the last fields are empty")
  {
    table.row({"x", "", ""});
    CHECK(table.text() == "target  rate  kills\nx\n");
  }
  SUBCASE("keeps columns in place after an empty field")
  {
    table.row({"x", "", "7"});
    CHECK(table.text() == "target  rate  kills\nx                 7\n");
  }
  SUBCASE("is its headings when there is no row")
  {
    CHECK(table.text() == "target  rate  kills\n");
  }
}

TEST_CASE("Table::text in colour")
{
  Table table(Colour::yes);
  table.column("a", Align::left);
  table.column("b", Align::left);
  table.row({"pass", "x"}, {Tint::good});
  SUBCASE("aligns by what is seen")
  {
    CHECK(table.text() == "\x1b[2ma\x1b[0m     \x1b[2mb\x1b[0m\n"
                          "\x1b[32mpass\x1b[0m  x\n");
  }
}

TEST_CASE("tinted")
{
  CHECK(tinted("x", Tint::bad, Colour::no) == "x");
  CHECK(tinted("x", Tint::none, Colour::yes) == "x");
  CHECK(tinted("", Tint::bad, Colour::yes).empty());
  CHECK(tinted("x", Tint::bad, Colour::yes) == "\x1b[1;31mx\x1b[0m");
}
