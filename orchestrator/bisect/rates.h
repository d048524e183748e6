// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace oopsfarm {

/// What is believed of the two rates of a crash before anything was run, on a
/// grid: `after` where the culprit is in, `before` where it is not. The rate
/// before is always below `gap` times that after. Rates ascend.
/// Weights need not sum to 1.
struct RatePrior
{
  struct Point
  {
    double rate;
    double weight;
  };

  std::vector<Point> after;
  std::vector<Point> before;
  double gap = 0.67;

  /// The one that docs/design/0005-bisection.md argues for.
  static RatePrior standard();

  /// The same with more weight on what makes an answer wrong that looks right.
  static RatePrior cautious();
};

/// Runs of one kind: those that showed the crash, those that did not.
struct Counts
{
  double crashes = 0;
  double passes = 0;

  Counts& operator+=(const Counts& other)
  {
    crashes += other.crashes;
    passes += other.passes;
    return *this;
  }
};

/// Looking ahead further than this many runs of one kernel is of no use.
constexpr std::size_t max_ahead = 8;

/// [i]: the probability that i further runs all pass; [0] is 1.
using PassChances = std::array<double, max_ahead + 1>;

/// The posterior of both rates under one hypothesis.
struct RateFit
{
  double log_evidence = 0;
  std::vector<double> after; ///< probabilities, as in the prior's `after`
  std::vector<double> before;
};

/// The grid with its logarithms and powers ready. Immutable, pure.
class RateGrid
{
public:
  /// Logarithms of a point's rate, of 1 - rate, and of its weight.
  struct Logs
  {
    double crash;
    double pass;
    double weight;
  };

  /// The most points that a prior may have for each rate.
  static constexpr std::size_t max_points = 64;

  /// REQUIRES: points with rates in (0, 1) and weights above 0, 1 to max_points
  /// of them for each rate, all ascending.
  explicit RateGrid(const RatePrior& prior);

  /// What runs of kernels with (`with`) and without the culprit say.
  /// Exact on the grid: the gap couples the two rates.
  void fit(const Counts& with, const Counts& without, RateFit& fit) const;

  /// The chances of i passes where the rate is as `weights` has it.
  PassChances after_chances(const std::vector<double>& weights) const;
  PassChances before_chances(const std::vector<double>& weights) const;

  const std::vector<RatePrior::Point>& after() const { return prior_.after; }

  const std::vector<RatePrior::Point>& before() const { return prior_.before; }

private:
  static std::vector<Logs> logs(const std::vector<RatePrior::Point>& points);
  void fit_pairs(double best, RateFit& fit) const;
  static std::vector<PassChances>
  powers(const std::vector<RatePrior::Point>& points);

  RatePrior prior_;
  std::vector<Logs> after_;
  std::vector<Logs> before_;
  std::vector<PassChances> after_powers_;
  std::vector<PassChances> before_powers_;
  std::vector<std::size_t> allowed_; ///< how many of `before` go with each
};

} // namespace oopsfarm
