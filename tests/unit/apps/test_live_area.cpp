// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/live_area.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("LiveArea::draw")
{
  LiveArea area;
  const TerminalSize size{20, 5};
  SUBCASE("hides the cursor once, and goes back up over what it drew")
  {
    CHECK(area.draw({}, {"one", "two"}, size) ==
          "\x1b[?25l\rone\x1b[K\ntwo\x1b[K\n\x1b[J");
    CHECK(area.draw({}, {"three"}, size) == "\r\x1b[2Athree\x1b[K\n\x1b[J");
    CHECK(area.draw({}, {"four"}, size) == "\r\x1b[1Afour\x1b[K\n\x1b[J");
  }
  SUBCASE("lets lines that stay scroll up above")
  {
    area.draw({}, {"live"}, size);
    CHECK(area.draw({"done"}, {"live"}, size) ==
          "\r\x1b[1Adone\x1b[K\nlive\x1b[K\n\x1b[J");
  }
  SUBCASE("cuts lines before the last column")
  {
    CHECK(area.draw({}, {std::string(30, 'x')}, size) ==
          "\x1b[?25l\r" + std::string(18, 'x') + "…\x1b[K\n\x1b[J");
  }
  SUBCASE("counts the rows that a narrower terminal made of its lines")
  {
    area.draw({}, {std::string(19, 'x'), "y"}, size);
    CHECK(area.draw({}, {}, {10, 5}).starts_with("\r\x1b[3A"));
  }
  SUBCASE("leaves lines out that a low terminal has no room for")
  {
    const auto bytes = area.draw({}, {"a", "b", "c", "d"}, {20, 3});
    CHECK(bytes == "\x1b[?25l\ra\x1b[K\nb\x1b[K\n\x1b[J");
    CHECK(area.draw({}, {}, {20, 3}).starts_with("\r\x1b[2A"));
  }
  SUBCASE("survives a terminal of no size")
  {
    CHECK_FALSE(area.draw({}, {"a"}, {0, 0}).empty());
    CHECK_FALSE(area.clear({0, 0}).empty());
  }
}

TEST_CASE("LiveArea::clear")
{
  LiveArea area;
  SUBCASE("shows the cursor again, once")
  {
    area.draw({}, {"one"}, {20, 5});
    CHECK(area.clear({20, 5}) == "\r\x1b[1A\x1b[J\x1b[?25h");
    CHECK(area.clear({20, 5}).empty());
  }
  SUBCASE("does nothing to a terminal that was not drawn on")
  {
    CHECK(area.clear({20, 5}).empty());
    area.draw({"stays"}, {}, {20, 5});
    CHECK(area.clear({20, 5}).empty());
  }
}
