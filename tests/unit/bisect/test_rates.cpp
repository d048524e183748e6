// SPDX-License-Identifier: GPL-2.0-or-later
#include "bisect/rates.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

using namespace oopsfarm;

static double sum(const std::vector<double>& values)
{
  return std::accumulate(values.begin(), values.end(), 0.0);
}

static double mean(const std::vector<double>& weights,
                   const std::vector<RatePrior::Point>& points)
{
  double mean = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    mean += weights[i] * points[i].rate;
  }
  return mean;
}

TEST_CASE("RateGrid::fit")
{
  SUBCASE("is Bayes' rule on a grid small enough to do by hand")
  {
    RatePrior prior;
    prior.after = {{0.5, 1}, {0.9, 3}};
    prior.before = {{0.001, 1}};
    const RateGrid grid(prior);
    RateFit fit;
    grid.fit({2, 1}, {0, 4}, fit);
    const auto half = 0.25 * 0.5 * 0.5 * 0.5;
    const auto most = 0.75 * 0.9 * 0.9 * 0.1;
    const auto before = std::pow(0.999, 4);
    CHECK(fit.log_evidence ==
          doctest::Approx(std::log((half + most) * before)));
    CHECK(fit.after[0] == doctest::Approx(half / (half + most)));
    CHECK(fit.before[0] == doctest::Approx(1));
  }
  SUBCASE("without runs gives the prior")
  {
    const RateGrid grid(RatePrior::standard());
    RateFit fit;
    grid.fit({}, {}, fit);
    CHECK(std::abs(fit.log_evidence) < 1e-9);
    CHECK(sum(fit.after) == doctest::Approx(1));
    CHECK(sum(fit.before) == doctest::Approx(1));
    CHECK(fit.after.back() == doctest::Approx(0.25));
  }
  SUBCASE("follows the runs")
  {
    const RateGrid grid(RatePrior::standard());
    RateFit fit;
    grid.fit({30, 70}, {3, 97}, fit);
    CHECK(mean(fit.after, grid.after()) == doctest::Approx(0.3).epsilon(0.1));
    CHECK(mean(fit.before, grid.before()) ==
          doctest::Approx(0.03).epsilon(0.25));
  }
  SUBCASE("a rate before is below the rate after")
  {
    const RateGrid grid(RatePrior::standard());
    RateFit fit;
    grid.fit({10, 90}, {}, fit);
    double high = 0;
    for (std::size_t i = 0; i < fit.before.size(); ++i) {
      high += grid.before()[i].rate >= 0.17 ? fit.before[i] : 0;
    }
    CHECK(high < 0.01);
  }
  SUBCASE("thousands of runs don't run out of numbers")
  {
    const RateGrid grid(RatePrior::cautious());
    RateFit fit;
    grid.fit({20000, 20000}, {20000, 20000}, fit);
    CHECK(std::isfinite(fit.log_evidence));
    CHECK(sum(fit.after) == doctest::Approx(1));
  }
}

TEST_CASE("RateGrid::after_chances")
{
  RatePrior prior;
  prior.after = {{0.5, 1}, {0.9, 1}};
  prior.before = {{0.1, 1}};
  const RateGrid grid(prior);
  const auto chances = grid.after_chances({0.5, 0.5});
  CHECK(chances[0] == doctest::Approx(1));
  CHECK(chances[2] == doctest::Approx(0.5 * 0.25 + 0.5 * 0.01));
  CHECK(grid.before_chances({1})[3] == doctest::Approx(0.729));
}
