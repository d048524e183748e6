// SPDX-License-Identifier: GPL-2.0-or-later
#include "bisect/probe.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace oopsfarm {

namespace {

/// How far ahead is looked: runs of one kernel until the first crash.
constexpr std::array<std::size_t, 4> horizons{1, 2, 4, 8};
static_assert(horizons.back() == max_ahead);

/// The most probes under way whose outcomes are all gone through; of more, the
/// rest are taken for passes.
constexpr std::size_t most_pending = 5;

double binary_entropy(double p)
{
  if (p <= 0 || p >= 1) {
    return 0;
  }
  return -p * std::log2(p) - (1 - p) * std::log2(1 - p);
}

/// One way in which the pending probes may end.
struct Future
{
  double chance = 1;
  Belief belief;

  /// [group][channel][horizon]: entropies of "does it crash" with and without.
  struct Entropies
  {
    std::array<double, horizons.size()> with;
    std::array<double, horizons.size()> without;
  };

  std::vector<std::vector<Entropies>> entropies;
};

void measure(Future& future, std::size_t channels)
{
  for (const auto& group : future.belief.groups) {
    auto& row = future.entropies.emplace_back(channels);
    for (std::size_t channel = 0; channel < channels; ++channel) {
      for (std::size_t i = 0; i < horizons.size(); ++i) {
        row[channel].with[i] = binary_entropy(group.with[channel][horizons[i]]);
        row[channel].without[i] =
            binary_entropy(group.without[channel][horizons[i]]);
      }
    }
  }
}

std::vector<Future> futures(const Situation& now)
{
  for (const auto& probe : now.pending) {
    now.hypotheses.split(probe.node);
  }
  const auto count = std::min(now.pending.size(), most_pending);
  std::vector<Future> futures(std::size_t{1} << count);
  double best = -1e300;
  for (std::size_t way = 0; way < futures.size(); ++way) {
    auto tallies = now.tallies;
    for (std::size_t i = 0; i < now.pending.size(); ++i) {
      const auto& probe = now.pending[i];
      const bool crashes = i < count && (way >> i & 1) != 0;
      tallies.push_back(
          {probe.node, probe.channel, crashes ? Counts{1, 0} : Counts{0, 1}});
    }
    futures[way].belief = now.hypotheses.infer(now.grid, tallies, now.words);
    best = std::max(best, futures[way].belief.log_evidence);
  }
  double total = 0;
  for (auto& future : futures) {
    future.chance = std::exp(future.belief.log_evidence - best);
    total += future.chance;
  }
  for (auto& future : futures) {
    future.chance /= total;
  }
  std::erase_if(futures,
                [](const Future& future) { return future.chance < 1e-3; });
  for (auto& future : futures) {
    measure(future, now.channels);
  }
  return futures;
}

/// Information and cost of running a kernel until it crashes, at each horizon.
struct Value
{
  std::array<double, horizons.size()> bits{};
  std::array<double, max_ahead> runs{}; ///< chance that run i + 1 is needed
};

void add_value(const Future& future,
               const std::vector<double>& shares,
               std::size_t channel,
               Value& value)
{
  PassChances chances{};
  std::array<double, horizons.size()> known{};
  for (std::size_t g = 0; g < shares.size(); ++g) {
    const auto& group = future.belief.groups[g];
    if (group.mass < 1e-9) {
      continue;
    }
    const auto with = group.mass * shares[g];
    const auto without = group.mass - with;
    for (std::size_t i = 0; i < chances.size(); ++i) {
      chances[i] +=
          with * group.with[channel][i] + without * group.without[channel][i];
    }
    const auto& entropies = future.entropies[g][channel];
    for (std::size_t i = 0; i < horizons.size(); ++i) {
      known[i] += with * entropies.with[i] + without * entropies.without[i];
    }
  }
  for (std::size_t i = 0; i < horizons.size(); ++i) {
    const auto bits = binary_entropy(chances[horizons[i]]) - known[i];
    value.bits[i] += future.chance * std::max(bits, 0.0);
  }
  for (std::size_t i = 0; i < max_ahead; ++i) {
    value.runs[i] += future.chance * chances[i];
  }
}

/// Bits a second at the best horizon.
double rate_of(const Value& value, double build, double run, double chance)
{
  double best = 0;
  double runs = 0;
  std::size_t done = 0;
  for (std::size_t i = 0; i < horizons.size(); ++i) {
    for (; done < horizons[i]; ++done) {
      runs += value.runs[done];
    }
    const auto seconds = build + chance * run * runs;
    best = std::max(best, chance * value.bits[i] / std::max(seconds, 1e-6));
  }
  return best;
}

} // namespace

std::optional<Probe> choose_probe(const Situation& now,
                                  const std::vector<Node>& nodes)
{
  const auto ways = futures(now);
  std::optional<Probe> best;
  double best_rate = 1e-12;
  std::vector<double> shares;
  for (const auto node : nodes) {
    now.hypotheses.shares(node, shares);
    for (std::size_t channel = 0; channel < now.channels; ++channel) {
      Value value;
      for (const auto& future : ways) {
        add_value(future, shares, channel, value);
      }
      const Probe probe{node, channel};
      const auto rate = rate_of(value,
                                now.costs.build(probe),
                                now.costs.run(channel),
                                now.chances[node]);
      if (rate > best_rate * (1 + 1e-9)) {
        best_rate = rate;
        best = probe;
      }
    }
  }
  return best;
}

} // namespace oopsfarm
