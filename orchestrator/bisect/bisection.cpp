// SPDX-License-Identifier: GPL-2.0-or-later
#include "bisect/bisection.h"

#include "bisect/probe.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace oopsfarm {

/// Tries of a commit that came to nothing, one after another, until it is left
/// alone.
static constexpr double patience = 3;

static std::vector<double> make_prior(std::size_t commits,
                                      const BisectOptions& options,
                                      const std::vector<double>& ranking)
{
  const auto total = std::accumulate(ranking.begin(), ranking.end(), 0.0);
  const bool is_ranked = ranking.size() == commits && total > 0;
  const auto here = 1 - options.always - options.never;
  const auto even = 1.0 / static_cast<double>(commits);
  std::vector<double> prior(commits + 2);
  prior.front() = options.always;
  prior.back() = options.never;
  for (std::size_t i = 0; i < commits; ++i) {
    const auto wish = is_ranked ? ranking[i] / total : even;
    prior[i + 1] = here * (options.floor * even + (1 - options.floor) * wish);
  }
  return prior;
}

Bisection::Bisection(History history,
                     const BisectOptions& options,
                     const std::vector<double>& ranking)
    : history_(std::move(history)), options_(options), grid_(options.rates),
      caution_(options.caution),
      hypotheses_(history_,
                  make_prior(history_.size(), options, ranking),
                  options.channels),
      failures_(history_.size() + 1), was_built_(history_.size() + 1)
{
  find_likeness();
  infer();
}

void Bisection::infer()
{
  belief_ = hypotheses_.infer(grid_, tallies_, words_);
  doubt_ = hypotheses_.infer(caution_, tallies_, words_);
}

bool Bisection::testable(Node node) const
{
  return failures_[node] < patience;
}

/// Numbers that are equal for commits which every testable commit contains both
/// or neither of.
void Bisection::find_likeness()
{
  likeness_.assign(history_.size() + 1, 0);
  for (Node node = 1; node <= history_.size(); ++node) {
    if (!testable(node)) {
      continue;
    }
    auto mark = (node + 1) * 0x9e3779b97f4a7c15U; // splitmix64
    mark = (mark ^ (mark >> 30)) * 0xbf58476d1ce4e5b9U;
    mark = (mark ^ (mark >> 27)) * 0x94d049bb133111ebU;
    mark ^= mark >> 31;
    const auto* row = history_.row(node);
    for (std::size_t word = 0; word <= history_.size() / 64; ++word) {
      for (auto bits = row[word]; bits != 0; bits &= bits - 1) {
        likeness_[64 * word +
                  static_cast<std::size_t>(__builtin_ctzll(bits))] ^= mark;
      }
    }
  }
}

void Bisection::count(const Observation& observation)
{
  const auto [node, channel] = observation.probe;
  const bool crashed = observation.sight == Sight::crash;
  hypotheses_.split(node);
  bad_end_holds_ |= crashed && node == history_.tip();
  const auto counts = crashed ? Counts{1, 0} : Counts{0, 1};
  const auto same =
      std::find_if(tallies_.begin(), tallies_.end(), [&](const Tally& tally) {
        return Probe{tally.node, tally.channel} == observation.probe;
      });
  if (same == tallies_.end()) {
    tallies_.push_back({node, channel, counts});
  } else {
    same->counts += counts;
  }
}

void Bisection::add(const Observation& observation)
{
  const auto node = observation.probe.node;
  const bool could_test = testable(node);
  switch (observation.sight) {
  case Sight::crash:
  case Sight::pass:
    count(observation);
    [[fallthrough]];
  case Sight::other:
    built_ += was_built_[node] ? 0 : 1;
    was_built_[node] = true;
    failures_[node] = 0;
    break;
  case Sight::infra:
  case Sight::boot_failed:
    failures_[node] += 1;
    break;
  case Sight::unbuildable:
    broken_ += could_test ? 1 : 0;
    failures_[node] = patience;
    break;
  case Sight::told_good:
  case Sight::told_bad:
    hypotheses_.split(node);
    const bool bad = observation.sight == Sight::told_bad;
    bad_end_holds_ |= bad && node == history_.tip();
    const auto odds = std::log(options_.word_odds);
    words_.push_back({node, bad ? odds : -odds});
    break;
  }
  if (testable(node) != could_test) {
    find_likeness();
  }
  infer();
}

std::optional<Probe> Bisection::next(const Costs& costs,
                                     const std::vector<Probe>& pending) const
{
  const auto tip = history_.tip();
  std::vector<Node> nodes;
  const bool tip_is_pending =
      std::any_of(pending.begin(), pending.end(), [&](const Probe& probe) {
        return probe.node == tip;
      });
  if (!bad_end_holds_ && !tip_is_pending && testable(tip)) {
    nodes.push_back(tip);
  } else {
    for (Node node = 0; node <= tip; ++node) {
      if (testable(node)) {
        nodes.push_back(node);
      }
    }
  }
  const auto fresh = (static_cast<double>(built_) + 3) /
                     (static_cast<double>(built_ + broken_) + 3);
  std::vector<double> chances(tip + 1);
  for (Node node = 0; node <= tip; ++node) {
    chances[node] = (was_built_[node] ? 1 : fresh) / (1 + 2 * failures_[node]);
  }
  auto hypotheses = hypotheses_; // is split further than belief_ has it
  return choose_probe({hypotheses,
                       caution_,
                       tallies_,
                       words_,
                       pending,
                       costs,
                       std::move(chances),
                       options_.channels},
                      nodes);
}

std::vector<double> Bisection::posterior() const
{
  std::vector<double> masses(hypotheses_.size());
  for (std::size_t i = 0; i < masses.size(); ++i) {
    masses[i] =
        belief_.groups[hypotheses_.group_of(i)].mass * hypotheses_.part(i);
  }
  return masses;
}

} // namespace oopsfarm
