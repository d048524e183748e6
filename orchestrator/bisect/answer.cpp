// SPDX-License-Identifier: GPL-2.0-or-later
// The part of Bisection that says what is known.
#include "bisect/bisection.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace oopsfarm {

/// The share that the reported candidates hold.
static constexpr double candidates_share = 0.9;

static std::vector<double> masses_of(const Hypotheses& hypotheses,
                                     const Belief& belief)
{
  std::vector<double> masses(hypotheses.size());
  for (std::size_t i = 0; i < masses.size(); ++i) {
    masses[i] = belief.groups[hypotheses.group_of(i)].mass * hypotheses.part(i);
  }
  return masses;
}

/// The fewest commits that together hold the share.
static void find_candidates(const std::vector<double>& masses, Answer& answer)
{
  std::vector<Node> order;
  for (Node node = 1; node + 1 < masses.size(); ++node) {
    order.push_back(node);
  }
  std::stable_sort(order.begin(), order.end(), [&](Node a, Node b) {
    return masses[a] > masses[b];
  });
  for (const auto node : order) {
    if (answer.candidates_mass >= candidates_share) {
      break;
    }
    answer.candidates.push_back(node);
    answer.candidates_mass += masses[node];
  }
}

std::vector<ChannelRates>
Bisection::rates_of(std::size_t hypothesis,
                    const Belief& belief,
                    const Hypotheses& hypotheses) const
{
  std::vector<ChannelRates> rates(options_.channels);
  const auto& group = belief.groups[hypotheses.group_of(hypothesis)];
  for (std::size_t channel = 0; channel < rates.size(); ++channel) {
    rates[channel].affected = group.affected[channel];
  }
  for (const auto& tally : tallies_) {
    auto& rate = rates[tally.channel];
    (hypotheses.shows(tally.node, hypothesis) ? rate.after : rate.before) +=
        tally.counts;
  }
  return rates;
}

/// Sums of the masses of commits that can't be told apart.
static std::vector<double> sum_alike(const std::vector<double>& masses,
                                     const std::vector<std::uint64_t>& likeness)
{
  std::unordered_map<std::uint64_t, double> alike;
  for (Node node = 1; node < likeness.size(); ++node) {
    alike[likeness[node]] += masses[node];
  }
  auto sums = masses;
  for (Node node = 1; node < likeness.size(); ++node) {
    sums[node] = alike[likeness[node]];
  }
  return sums;
}

Answer Bisection::conclude(const Hypotheses& hypotheses,
                           const Belief& belief,
                           const Belief& doubt) const
{
  const auto masses = masses_of(hypotheses, belief);
  const auto sums = sum_alike(masses, likeness_);
  const auto best = static_cast<std::size_t>(
      std::max_element(sums.begin(), sums.end()) - sums.begin());
  Answer answer;
  find_candidates(masses, answer);
  answer.probability = sums[best];
  answer.rates = rates_of(best, belief, hypotheses);
  answer.assurance = sum_alike(masses_of(hypotheses, doubt), likeness_)[best];
  const bool is_sure =
      std::min(answer.probability, answer.assurance) >= options_.confidence;
  if (best == Hypotheses::always || best == hypotheses.never()) {
    answer.conclusion = !is_sure                     ? Conclusion::undecided
                        : best == Hypotheses::always ? Conclusion::base_has_it
                                                     : Conclusion::not_here;
    return answer;
  }
  for (Node node = 1; node <= history_.size(); ++node) {
    if (likeness_[node] == likeness_[best]) {
      answer.culprits.push_back(node);
    }
  }
  answer.conclusion =
      is_sure && bad_end_holds_ ? Conclusion::culprit : Conclusion::undecided;
  return answer;
}

Answer Bisection::answer() const
{
  return conclude(hypotheses_, belief_, doubt_);
}

bool Bisection::done() const
{
  return answer().conclusion != Conclusion::undecided;
}

Answer Bisection::answer_after(const Observation& observation) const
{
  auto hypotheses = hypotheses_;
  auto tallies = tallies_;
  auto words = words_;
  const auto [node, channel] = observation.probe;
  const auto odds = std::log(options_.word_odds);
  hypotheses.split(node);
  switch (observation.sight) {
  case Sight::crash:
    tallies.push_back({node, channel, {1, 0}});
    break;
  case Sight::pass:
    tallies.push_back({node, channel, {0, 1}});
    break;
  case Sight::told_good:
    words.push_back({node, -odds});
    break;
  case Sight::told_bad:
    words.push_back({node, odds});
    break;
  default:
    break;
  }
  return conclude(hypotheses,
                  hypotheses.infer(grid_, tallies, words),
                  hypotheses.infer(caution_, tallies, words));
}

} // namespace oopsfarm
