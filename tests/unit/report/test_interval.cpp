// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/interval.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("wilson_interval")
{
  SUBCASE("gives the textbook's values")
  {
    const auto three_of_twenty = wilson_interval(3, 20);
    CHECK(three_of_twenty.low == doctest::Approx(0.0524).epsilon(0.01));
    CHECK(three_of_twenty.high == doctest::Approx(0.3604).epsilon(0.01));
    const auto half = wilson_interval(50, 100);
    CHECK(half.low == doctest::Approx(0.4038).epsilon(0.01));
    CHECK(half.high == doctest::Approx(0.5962).epsilon(0.01));
  }
  SUBCASE("stays within 0 and 1, and leaves room for doubt at both ends")
  {
    const auto none = wilson_interval(0, 10);
    CHECK(none.low == 0);
    CHECK(none.high == doctest::Approx(0.2775).epsilon(0.01));
    const auto all = wilson_interval(10, 10);
    CHECK(all.low == doctest::Approx(0.7225).epsilon(0.01));
    CHECK(all.high == doctest::Approx(1));
    CHECK(all.high <= 1);
  }
  SUBCASE("narrows with more observations")
  {
    const auto few = wilson_interval(1, 10);
    const auto many = wilson_interval(100, 1000);
    CHECK(many.high - many.low < few.high - few.low);
  }
}

TEST_CASE("rate_text")
{
  CHECK(rate_text(3, 20) == "15% [5–36]");
  CHECK(rate_text(20, 20) == "100% [84–100]");
  CHECK(rate_text(1, 1) == "100% [21–100]");
}
