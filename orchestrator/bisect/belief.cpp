// SPDX-License-Identifier: GPL-2.0-or-later
#include "bisect/belief.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace oopsfarm {

Hypotheses::Hypotheses(const History& history,
                       std::vector<double> prior,
                       std::size_t channels)
    : history_(&history), prior_(std::move(prior)), channels_(channels),
      groups_(prior_.size()), group_prior_{1.0}, samples_{0},
      is_split_(history.size() + 1)
{
}

void Hypotheses::split(Node node)
{
  if (is_split_[node]) {
    return;
  }
  is_split_[node] = true;
  constexpr auto none = ~std::uint32_t{0};
  // Of each old group, what its two halves became.
  std::vector<std::uint32_t> halves(2 * group_prior_.size(), none);
  std::vector<double> priors;
  samples_.clear();
  for (std::size_t i = 0; i < prior_.size(); ++i) {
    auto& half = halves[2 * groups_[i] + (shows(node, i) ? 1 : 0)];
    if (half == none) {
      half = static_cast<std::uint32_t>(priors.size());
      priors.push_back(0);
      samples_.push_back(i);
    }
    groups_[i] = half;
    priors[half] += prior_[i];
  }
  group_prior_ = std::move(priors);
}

/// Where there are several channels, a culprit need not show on each.
static constexpr double affects_channel = 0.7;

static void blend(PassChances& chances, const PassChances& other, double part)
{
  for (std::size_t i = 0; i < chances.size(); ++i) {
    chances[i] = (1 - part) * chances[i] + part * other[i];
  }
}

static double log_sum(double a, double b)
{
  const auto high = std::max(a, b);
  return high + std::log1p(std::exp(std::min(a, b) - high));
}

/// The logarithm of the likelihood of everything under the group's hypotheses.
double Hypotheses::fit_group(const RateGrid& grid,
                             std::size_t group,
                             const std::vector<Tally>& tallies,
                             const std::vector<Word>& words,
                             GroupBelief& belief) const
{
  const auto sample = samples_[group];
  double likelihood = 0;
  for (const auto& word : words) {
    // Each of good and bad is said with a probability of 1 or 1 / odds, up to
    // a factor that all hypotheses share.
    likelihood += (word.log_odds > 0) == shows(word.node, sample)
                      ? 0
                      : -std::abs(word.log_odds);
  }
  belief.with.resize(channels_);
  belief.without.resize(channels_);
  belief.affected.assign(channels_, 1.0);
  RateFit fit;
  RateFit idle;
  for (std::size_t channel = 0; channel < channels_; ++channel) {
    Counts with;
    Counts without;
    for (const auto& tally : tallies) {
      if (tally.channel == channel) {
        (shows(tally.node, sample) ? with : without) += tally.counts;
      }
    }
    grid.fit(with, without, fit);
    belief.with[channel] = grid.after_chances(fit.after);
    belief.without[channel] = grid.before_chances(fit.before);
    if (channels_ > 1 && sample != never()) {
      // Or nothing changed on this channel, and all runs had the rate before.
      without += with;
      grid.fit({}, without, idle);
      const auto yes = fit.log_evidence + std::log(affects_channel);
      const auto no = idle.log_evidence + std::log1p(-affects_channel);
      const auto sum = log_sum(yes, no);
      const auto part = std::exp(no - sum);
      const auto chances = grid.before_chances(idle.before);
      blend(belief.with[channel], chances, part);
      blend(belief.without[channel], chances, part);
      belief.affected[channel] = 1 - part;
      likelihood += sum;
    } else {
      likelihood += fit.log_evidence;
    }
  }
  return likelihood;
}

Belief Hypotheses::infer(const RateGrid& grid,
                         const std::vector<Tally>& tallies,
                         const std::vector<Word>& words) const
{
  Belief belief;
  belief.groups.resize(group_prior_.size());
  double best = -1e300;
  for (std::size_t i = 0; i < belief.groups.size(); ++i) {
    auto& mass = belief.groups[i].mass;
    mass = fit_group(grid, i, tallies, words, belief.groups[i]) +
           std::log(group_prior_[i]);
    best = std::max(best, mass);
  }
  double total = 0;
  for (auto& group : belief.groups) {
    group.mass = std::exp(group.mass - best);
    total += group.mass;
  }
  for (auto& group : belief.groups) {
    group.mass /= total;
  }
  belief.log_evidence = best + std::log(total);
  return belief;
}

void Hypotheses::shares(Node node, std::vector<double>& parts) const
{
  parts.assign(group_prior_.size(), 0.0);
  parts[groups_[always]] += part(always);
  const auto* row = history_->row(node);
  for (std::size_t word = 0; word <= history_->size() / 64; ++word) {
    for (auto bits = row[word]; bits != 0; bits &= bits - 1) {
      const auto i =
          64 * word + static_cast<std::size_t>(__builtin_ctzll(bits));
      parts[groups_[i]] += part(i);
    }
  }
}

} // namespace oopsfarm
