// SPDX-License-Identifier: GPL-2.0-or-later
#include "bisect/rates.h"

#include <algorithm>
#include <cmath>

namespace oopsfarm {

/// The rate after a crash that always comes but for a hiccup of the farm's.
static constexpr double always_rate = 0.998;
/// The rate before of a crash that was never there but for a misread one.
static constexpr double never_rate = 0.0002;

/// Makes the weights sum to `total`.
static void scale(std::vector<RatePrior::Point>& points, double total)
{
  double sum = 0;
  for (const auto& point : points) {
    sum += point.weight;
  }
  for (auto& point : points) {
    point.weight *= total / sum;
  }
}

/// `always`: the weight of a crash that comes in every run; `clean`: of none of
/// it before the culprit. The rest is spread as evenly as is of use.
static RatePrior make_prior(double always, double clean)
{
  RatePrior prior;
  prior.after = {{0.02, 0.04},
                 {0.03, 0.04},
                 {0.045, 0.05},
                 {0.065, 0.07},
                 {0.09, 0.08},
                 {0.125, 0.08},
                 {0.17, 0.08},
                 {0.23, 0.08},
                 {0.3, 0.08},
                 {0.38, 0.08},
                 {0.47, 0.08},
                 {0.57, 0.07},
                 {0.67, 0.07},
                 {0.77, 0.05},
                 {0.86, 0.05},
                 {0.93, 0.04},
                 {0.97, 0.04}};
  prior.before = {{0.01, 0.2},
                  {0.02, 0.2},
                  {0.035, 0.2},
                  {0.06, 0.15},
                  {0.1, 0.1},
                  {0.17, 0.075},
                  {0.3, 0.05},
                  {0.5, 0.025}};
  scale(prior.after, 1 - always);
  scale(prior.before, 1 - clean);
  prior.after.push_back({always_rate, always});
  prior.before.insert(prior.before.begin(), {never_rate, clean});
  return prior;
}

RatePrior RatePrior::standard()
{
  return make_prior(0.25, 0.8);
}

RatePrior RatePrior::cautious()
{
  return make_prior(0.1, 0.45);
}

std::vector<RateGrid::Logs>
RateGrid::logs(const std::vector<RatePrior::Point>& points)
{
  std::vector<Logs> logs;
  for (const auto& point : points) {
    logs.push_back({std::log(point.rate),
                    std::log1p(-point.rate),
                    std::log(point.weight)});
  }
  return logs;
}

std::vector<PassChances>
RateGrid::powers(const std::vector<RatePrior::Point>& points)
{
  std::vector<PassChances> powers;
  for (const auto& point : points) {
    auto& row = powers.emplace_back();
    row[0] = 1;
    for (std::size_t i = 1; i < row.size(); ++i) {
      row[i] = row[i - 1] * (1 - point.rate);
    }
  }
  return powers;
}

RateGrid::RateGrid(const RatePrior& prior)
    : prior_(prior), after_(logs(prior.after)), before_(logs(prior.before)),
      after_powers_(powers(prior.after)), before_powers_(powers(prior.before))
{
  double total = 0;
  for (const auto& point : prior.after) {
    total += point.weight;
  }
  for (std::size_t i = 0; i < prior.after.size(); ++i) {
    double below = 0;
    std::size_t count = 0;
    for (const auto& point : prior.before) {
      // The lowest is "never, but for a misread crash": it goes with any.
      if (count == 0 || point.rate < prior.gap * prior.after[i].rate) {
        below += point.weight;
        ++count;
      }
    }
    allowed_.push_back(count);
    after_[i].weight -= std::log(below) + std::log(total);
  }
}

static void log_weights(const std::vector<RateGrid::Logs>& points,
                        const Counts& counts,
                        std::vector<double>& logs)
{
  logs.resize(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    logs[i] = points[i].weight + counts.crashes * points[i].crash +
              counts.passes * points[i].pass;
  }
}

static void divide(std::vector<double>& values, double by)
{
  for (auto& value : values) {
    value /= by;
  }
}

void RateGrid::fit(const Counts& with,
                   const Counts& without,
                   RateFit& fit) const
{
  log_weights(after_, with, fit.after);
  log_weights(before_, without, fit.before);
  const auto high_after = *std::max_element(fit.after.begin(), fit.after.end());
  const auto high_before =
      *std::max_element(fit.before.begin(), fit.before.end());
  // The likeliest pair that the gap allows: after thousands of runs it may be
  // so far below the two maxima that nothing but it is left of a double.
  double best = -1e300;
  double below = -1e300;
  std::size_t count = 0;
  for (std::size_t i = 0; i < fit.after.size(); ++i) {
    for (; count < allowed_[i]; ++count) {
      below = std::max(below, fit.before[count]);
    }
    best = std::max(best, fit.after[i] + below);
  }
  constexpr double safe = 600;
  if (high_after + high_before - best > safe) {
    fit_pairs(best, fit);
    return;
  }
  for (auto& value : fit.after) {
    value = std::exp(value - high_after);
  }
  for (auto& value : fit.before) {
    value = std::exp(value - high_before);
  }
  double total = 0;
  std::array<double, max_points>
      reach{}; // the `after`s each `before` goes with
  for (std::size_t i = 0; i < fit.after.size(); ++i) {
    double mass = 0;
    for (std::size_t j = 0; j < allowed_[i]; ++j) {
      mass += fit.before[j];
      reach[j] += fit.after[i];
    }
    fit.after[i] *= mass;
    total += fit.after[i];
  }
  for (std::size_t j = 0; j < fit.before.size(); ++j) {
    fit.before[j] *= reach[j];
  }
  divide(fit.after, total);
  divide(fit.before, total);
  fit.log_evidence = high_after + high_before + std::log(total);
}

void RateGrid::fit_pairs(double best, RateFit& fit) const
{
  const auto after = fit.after;
  const auto before = fit.before;
  std::fill(fit.after.begin(), fit.after.end(), 0.0);
  std::fill(fit.before.begin(), fit.before.end(), 0.0);
  double total = 0;
  for (std::size_t i = 0; i < after.size(); ++i) {
    for (std::size_t j = 0; j < allowed_[i]; ++j) {
      const auto mass = std::exp(after[i] + before[j] - best);
      fit.after[i] += mass;
      fit.before[j] += mass;
      total += mass;
    }
  }
  divide(fit.after, total);
  divide(fit.before, total);
  fit.log_evidence = best + std::log(total);
}

static PassChances mix(const std::vector<double>& weights,
                       const std::vector<PassChances>& powers)
{
  PassChances chances{};
  for (std::size_t i = 0; i < weights.size(); ++i) {
    for (std::size_t run = 0; run < chances.size(); ++run) {
      chances[run] += weights[i] * powers[i][run];
    }
  }
  return chances;
}

PassChances RateGrid::after_chances(const std::vector<double>& weights) const
{
  return mix(weights, after_powers_);
}

PassChances RateGrid::before_chances(const std::vector<double>& weights) const
{
  return mix(weights, before_powers_);
}

} // namespace oopsfarm
