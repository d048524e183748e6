// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/quantiles.h"

#include <doctest/doctest.h>

#include <numeric>

using namespace oopsfarm;

TEST_CASE("quantiles_of")
{
  SUBCASE("nothing")
  {
    const auto none = quantiles_of({});
    CHECK(none.count == 0);
    CHECK(none.max == 0);
  }
  SUBCASE("one is all of them")
  {
    const auto one = quantiles_of({7});
    CHECK(one.count == 1);
    CHECK(one.min == 7);
    CHECK(one.median == 7);
    CHECK(one.p99 == 7);
    CHECK(one.max == 7);
  }
  SUBCASE("in any order, by nearest rank")
  {
    const auto few = quantiles_of({4, 1, 3, 2});
    CHECK(few.median == 2);
    CHECK(few.p99 == 4);
  }
  SUBCASE("of many, the 99th percentile is not the maximum")
  {
    std::vector<std::uint64_t> values(200);
    std::iota(values.begin(), values.end(), 1);
    const auto many = quantiles_of(values);
    CHECK(many.median == 100);
    CHECK(many.p99 == 198);
    CHECK(many.max == 200);
  }
}
