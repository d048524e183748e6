// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "bisect/history.h"
#include "bisect/rates.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace oopsfarm {

/// The runs of one commit on one channel.
struct Tally
{
  Node node = 0;
  std::size_t channel = 0;
  Counts counts;
};

/// A human's word: the logarithm of how much likelier it is that it is said of
/// a commit that shows the crash than of one that does not.
struct Word
{
  Node node = 0;
  double log_odds = 0;
};

/// What is believed of hypotheses that no evidence tells apart.
struct GroupBelief
{
  double mass = 0; ///< probability of all of them together
  /// For each channel the chances of passes: of a commit that has the culprit,
  /// and of one that has not.
  std::vector<PassChances> with;
  std::vector<PassChances> without;
  std::vector<double> affected; ///< the channel shows the culprit at all
};

/// The posterior.
struct Belief
{
  double log_evidence = 0;
  std::vector<GroupBelief> groups;
};

/// Hypotheses: 0 is "the base has it already", 1 to size() "this commit brought
/// it", size() + 1 "it is not here". They fall into groups that make the same
/// prediction for every commit that was tried, so that rates are integrated
/// over once a group. Use from one thread at a time.
class Hypotheses
{
public:
  /// `prior`: of each hypothesis, summing to 1, all above 0. The history
  /// outlives the object.
  Hypotheses(const History& history,
             std::vector<double> prior,
             std::size_t channels);

  std::size_t size() const { return prior_.size(); }

  /// "The base has it already".
  static constexpr std::size_t always = 0;

  /// "It is not here".
  std::size_t never() const { return prior_.size() - 1; }

  /// Whether `node` shows the crash, at its rate, if `hypothesis` is true.
  bool shows(Node node, std::size_t hypothesis) const
  {
    return hypothesis == always ||
           (hypothesis != never() &&
            history_->contains(node, static_cast<Node>(hypothesis)));
  }

  /// Puts hypotheses into different groups that differ in whether `node` shows
  /// the crash. REQUIRED before `node` may stand in infer()'s arguments.
  void split(Node node);

  /// The posterior after these runs and words, with rates as `grid` has them.
  Belief infer(const RateGrid& grid,
               const std::vector<Tally>& tallies,
               const std::vector<Word>& words) const;

  std::size_t group_of(std::size_t hypothesis) const
  {
    return groups_[hypothesis];
  }

  std::size_t group_count() const { return group_prior_.size(); }

  /// A hypothesis's part of its group's mass.
  double part(std::size_t hypothesis) const
  {
    return prior_[hypothesis] / group_prior_[groups_[hypothesis]];
  }

  /// For each group the part of its mass whose hypotheses say that `node`
  /// shows the crash.
  void shares(Node node, std::vector<double>& parts) const;

private:
  double fit_group(const RateGrid& grid,
                   std::size_t group,
                   const std::vector<Tally>& tallies,
                   const std::vector<Word>& words,
                   GroupBelief& belief) const;

  const History* history_;
  std::vector<double> prior_;
  std::size_t channels_;
  std::vector<std::uint32_t> groups_; ///< of each hypothesis
  std::vector<double> group_prior_;
  std::vector<std::size_t> samples_; ///< of each group, one hypothesis
  std::vector<bool> is_split_;       ///< by this node
};

} // namespace oopsfarm
