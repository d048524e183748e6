// SPDX-License-Identifier: GPL-2.0-or-later
#include "nightly/statistics.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("nightly::chance_of_as_many, counted by hand")
{
  // All three failures among the last three of six: 1 of C(6, 3) ways.
  CHECK(chance_of_as_many({0, 3}, {3, 3}) == doctest::Approx(1.0 / 20));
  CHECK(chance_of_as_many({1, 3}, {0, 3}) == doctest::Approx(1.0));
  CHECK(chance_of_as_many({0, 10}, {1, 1}) == doctest::Approx(1.0 / 11));
  CHECK(chance_of_as_many({2, 30}, {3, 3}) ==
        doctest::Approx(10.0 / 5456)); // C(5, 3) of C(33, 3)
  CHECK(chance_of_as_many({0, 0}, {3, 3}) == 1.0);
}

TEST_CASE("nightly::chance_of_as_few, counted by hand")
{
  CHECK(chance_of_as_few({1, 3}, {0, 3}) == doctest::Approx(0.5));
  CHECK(chance_of_as_few({30, 30}, {0, 3}) == doctest::Approx(1.0 / 5456));
  CHECK(chance_of_as_few({0, 3}, {0, 3}) == doctest::Approx(1.0));
}

TEST_CASE("nightly::chance_of_ranks")
{
  SUBCASE("is that of the permutations for small samples")
  {
    CHECK(chance_of_ranks({4, 5, 6}, {1, 2, 3}) == doctest::Approx(2.0 / 20));
    CHECK(chance_of_ranks({1, 2, 3}, {4, 5, 6}) == doctest::Approx(2.0 / 20));
    CHECK(chance_of_ranks({7}, {1, 2, 3, 4}) == doctest::Approx(2.0 / 5));
    // U = 1: {1, 2, 4} below {3, 5, 6} and its like, 2 of 20, twice
    CHECK(chance_of_ranks({1, 2, 4}, {3, 5, 6}) == doctest::Approx(4.0 / 20));
    CHECK(chance_of_ranks({}, {1}) == 1.0);
  }
  SUBCASE("is near to that for large ones and ties")
  {
    std::vector<double> low;
    std::vector<double> high;
    for (int i = 0; i < 30; ++i) {
      low.push_back(i);
      high.push_back(i + 20);
    }
    CHECK(chance_of_ranks(low, high) < 1e-6);
    CHECK(chance_of_ranks(low, low) > 0.9);
    CHECK(chance_of_ranks({1, 1, 1}, {1, 1}) == 1.0);
  }
}

TEST_CASE("nightly::discoveries")
{
  using Called = std::vector<bool>;
  CHECK(discoveries({}, 0.01).empty());
  CHECK(discoveries({0.009}, 0.01) == Called{true});
  // one in ten of 0.009 is what chance brings
  CHECK(discoveries(std::vector<double>(10, 0.9), 0.01) == Called(10, false));
  auto many = std::vector<double>(10, 0.9);
  many[3] = 0.009;
  CHECK(discoveries(many, 0.01) == Called(10, false));
  many[3] = 0.0009;
  CHECK(discoveries(many, 0.01)[3]);
  // a step up: 0.009 is within 10/10 of the level
  CHECK(discoveries(std::vector<double>(10, 0.009), 0.01) == Called(10, true));
}

TEST_CASE("nightly::median_of")
{
  CHECK(median_of({3, 1, 2}) == 2);
  CHECK(median_of({4, 1, 2, 3}) == 2.5);
}
