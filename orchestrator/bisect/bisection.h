// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "bisect/belief.h"
#include "bisect/history.h"
#include "bisect/probe.h"
#include "bisect/rates.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace oopsfarm {

/// What trying a commit gave.
enum class Sight {
  crash,       ///< the crash that is looked for, by its signature
  pass,        ///< it ran to its end
  other,       ///< another crash: no evidence, and a finding of its own
  infra,       ///< lost to the farm: no evidence
  boot_failed, ///< no evidence
  unbuildable, ///< it can't be tested, now or ever
  told_good,   ///< a human's word
  told_bad,
};

struct Observation
{
  Probe probe;
  Sight sight = Sight::pass;
};

struct BisectOptions
{
  double confidence = 0.95;
  double always = 0.03; ///< prior of "the base has it already"
  double never = 0.03;  ///< and of "it is not here"
  /// The part of the prior that is shared out evenly, whatever a ranking says.
  double floor = 0.3;
  /// How much likelier a human's word is right than wrong.
  double word_odds = 200;
  std::size_t channels = 1;
  RatePrior rates = RatePrior::standard(); ///< what it says rests on this
  /// What it does rests on this: which probe, and when to stop.
  RatePrior caution = RatePrior::cautious();
};

enum class Conclusion { culprit, base_has_it, not_here, undecided };

/// Runs and crashes on one channel, with and without the likeliest culprit.
struct ChannelRates
{
  Counts after;
  Counts before;
  double affected = 1; ///< probability that the crash shows here at all
};

/// What can be said now.
struct Answer
{
  Conclusion conclusion = Conclusion::undecided;
  double probability =
      0; ///< of the conclusion; of the likeliest when undecided
  /// The same for somebody who expects a rate before the culprit, and no crash
  /// that always comes. Both must reach the confidence.
  double assurance = 0;
  /// The likeliest culprit, with those that can't be told from it since what
  /// lies between does not build; newest last. Empty for the two others.
  std::vector<Node> culprits;
  /// The fewest commits that hold 90 %, likeliest first.
  std::vector<Node> candidates;
  double candidates_mass = 0; ///< what they hold
  std::vector<ChannelRates> rates;
};

/// Finds the commit that brought a crash: takes what was observed, says what to
/// observe next and what is known. Pure: no clock, no randomness, the same
/// observations in the same order give the same words. Use from one thread.
class Bisection
{
public:
  /// `ranking`: a weight for each commit (1 to size(), at [i - 1]), not
  /// negative; empty for a flat prior.
  Bisection(History history,
            const BisectOptions& options,
            const std::vector<double>& ranking = {});
  Bisection(const Bisection&) = delete;
  Bisection& operator=(const Bisection&) = delete;

  /// REQUIRES: the probe's commit and channel exist.
  void add(const Observation& observation);

  /// The probe with the most information for its cost, given that `pending`
  /// ones are under way; nothing when all is said that can be said. The first
  /// are at the bad end, until it showed the crash.
  std::optional<Probe> next(const Costs& costs,
                            const std::vector<Probe>& pending = {}) const;

  Answer answer() const;

  /// Whether answer() has the confidence that was asked for.
  bool done() const;

  /// Of each hypothesis (belief.h).
  std::vector<double> posterior() const;

  /// answer() if this were observed, too.
  Answer answer_after(const Observation& observation) const;

  /// Whether the commit can be tested, as far as is known.
  bool testable(Node node) const;

  const History& history() const { return history_; }

private:
  Answer conclude(const Hypotheses& hypotheses,
                  const Belief& belief,
                  const Belief& doubt) const;
  void infer();
  void count(const Observation& observation);
  void find_likeness();
  std::vector<ChannelRates> rates_of(std::size_t hypothesis,
                                     const Belief& belief,
                                     const Hypotheses& hypotheses) const;

  History history_;
  BisectOptions options_;
  RateGrid grid_;
  RateGrid caution_;
  Hypotheses hypotheses_;
  std::vector<Tally> tallies_;
  std::vector<Word> words_;
  std::vector<double> failures_; ///< of each node, since it last ran
  std::size_t built_ = 0;        ///< commits that were built
  std::size_t broken_ = 0;       ///< commits that did not
  std::vector<bool> was_built_;
  std::vector<std::uint64_t> likeness_; ///< equal: can't be told apart
  bool bad_end_holds_ = false;
  Belief belief_; ///< by grid_
  Belief doubt_;  ///< by caution_
};

} // namespace oopsfarm
