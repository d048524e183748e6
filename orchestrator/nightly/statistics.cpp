// SPDX-License-Identifier: GPL-2.0-or-later
#include "nightly/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace oopsfarm {

Rate operator+(Rate a, Rate b)
{
  return {a.failed + b.failed, a.runs + b.runs};
}

static double log_choose(double n, double k)
{
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

/// P(after.failed = k), hypergeometric: all failures dealt at random.
static double chance_of(unsigned k, Rate all, unsigned after_runs)
{
  return std::exp(log_choose(all.failed, k) +
                  log_choose(all.runs - all.failed, after_runs - k) -
                  log_choose(all.runs, after_runs));
}

/// Sums over the counts of failures from `first` to `last` that can be.
static double
sum_of_chances(unsigned first, unsigned last, Rate all, unsigned after_runs)
{
  const auto passed = all.runs - all.failed;
  const auto least = after_runs > passed ? after_runs - passed : 0U;
  const auto most = std::min(all.failed, after_runs);
  double sum = 0;
  for (auto k = std::max(first, least); k <= std::min(last, most); ++k) {
    sum += chance_of(k, all, after_runs);
  }
  return std::min(sum, 1.0);
}

double chance_of_as_many(Rate before, Rate after)
{
  if (before.runs == 0 || after.runs == 0) {
    return 1;
  }
  return sum_of_chances(after.failed, after.runs, before + after, after.runs);
}

double chance_of_as_few(Rate before, Rate after)
{
  if (before.runs == 0 || after.runs == 0) {
    return 1;
  }
  return sum_of_chances(0, after.failed, before + after, after.runs);
}

/// How many of `b` each of `a` is above, ties by half: Mann and Whitney's U.
static double rank_sum(const std::vector<double>& a,
                       const std::vector<double>& b)
{
  double sum = 0;
  for (const auto x : a) {
    for (const auto y : b) {
      sum += x > y ? 1.0 : x < y ? 0.0 : 0.5;
    }
  }
  return sum;
}

/// For how many orders of n values and m others U is 0, 1, …, n * m. The
/// largest value is one of the n (and above all m), or one of the m.
static std::vector<double> counts_of_u(std::size_t n, std::size_t m)
{
  // counts[i] is for i of the first kind and, round after round, j others.
  std::vector<std::vector<double>> counts(n + 1);
  for (auto& each : counts) {
    each.assign(n * m + 1, 0.0);
    each[0] = 1;
  }
  for (std::size_t j = 1; j <= m; ++j) {
    for (std::size_t i = 1; i <= n; ++i) {
      // counts[i] has j - 1 others so far, counts[i - 1] has j already.
      std::vector<double> sum = counts[i];
      for (std::size_t u = j; u <= n * m; ++u) {
        sum[u] += counts[i - 1][u - j];
      }
      counts[i] = std::move(sum);
    }
  }
  return counts[n];
}

static double exact_chance(double u, std::size_t n, std::size_t m)
{
  const auto counts = counts_of_u(n, m);
  const auto all = std::accumulate(counts.begin(), counts.end(), 0.0);
  // Both sides are alike: twice the nearer one's tail.
  const auto far = std::min(u, static_cast<double>(n * m) - u);
  double tail = 0;
  for (std::size_t i = 0; static_cast<double>(i) <= far; ++i) {
    tail += counts[i];
  }
  return std::min(1.0, 2 * tail / all);
}

/// Sum of t³ - t over groups of t equal values.
static double tie_term(std::vector<double> values)
{
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (std::size_t begin = 0; begin < values.size();) {
    auto end = begin;
    while (end < values.size() && values[end] == values[begin]) {
      ++end;
    }
    const auto t = static_cast<double>(end - begin);
    sum += t * t * t - t;
    begin = end;
  }
  return sum;
}

static double
normal_chance(double u, std::size_t first, std::size_t second, double ties)
{
  const auto n = static_cast<double>(first);
  const auto m = static_cast<double>(second);
  const auto all = n + m;
  const auto variance = n * m / 12 * (all + 1 - ties / (all * (all - 1)));
  if (variance <= 0) {
    return 1; // all values are the same
  }
  constexpr double continuity = 0.5;
  const auto distance = std::max(0.0, std::abs(u - n * m / 2) - continuity);
  return std::erfc(distance / std::sqrt(2 * variance));
}

double chance_of_ranks(const std::vector<double>& a,
                       const std::vector<double>& b)
{
  if (a.empty() || b.empty()) {
    return 1;
  }
  auto all = a;
  all.insert(all.end(), b.begin(), b.end());
  const auto ties = tie_term(all);
  const auto u = rank_sum(a, b);
  constexpr std::size_t max_exact = 40;
  return ties == 0 && all.size() <= max_exact
             ? exact_chance(u, a.size(), b.size())
             : normal_chance(u, a.size(), b.size(), ties);
}

std::vector<bool> discoveries(const std::vector<double>& chances, double level)
{
  auto sorted = chances;
  std::sort(sorted.begin(), sorted.end());
  double bound = -1;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto allowed =
        level * static_cast<double>(i + 1) / static_cast<double>(sorted.size());
    bound = sorted[i] <= allowed ? sorted[i] : bound;
  }
  std::vector<bool> called;
  for (const auto chance : chances) {
    called.push_back(chance <= bound);
  }
  return called;
}

double median_of(std::vector<double> values)
{
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle]
                                : (values[middle - 1] + values[middle]) / 2;
}

} // namespace oopsfarm
