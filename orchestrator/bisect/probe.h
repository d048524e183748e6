// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "bisect/belief.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace oopsfarm {

/// A commit to run on a channel. A channel is what has rates of its own: a
/// target with a workload.
struct Probe
{
  Node node = 0;
  std::size_t channel = 0;

  bool operator==(const Probe&) const = default;
};

/// What a probe takes now, in seconds. build: until the kernel is there, 0 when
/// it is; run: one run. Called often.
struct Costs
{
  std::function<double(const Probe&)> build;
  std::function<double(std::size_t channel)> run;
};

/// What a choice is made from. The references outlive the call.
struct Situation
{
  Hypotheses& hypotheses; ///< are split as needed; nothing else changes
  const RateGrid& grid;
  const std::vector<Tally>& tallies;
  const std::vector<Word>& words;
  const std::vector<Probe>& pending;
  const Costs& costs;
  std::vector<double> chances; ///< of each node: that a try is a run at all
  std::size_t channels = 1;
};

/// The probe among `nodes` with the most information about the hypotheses for
/// each second. Looks up to max_ahead runs ahead: a kernel that was built can
/// be run again, until it crashes, for the price of the runs. What is pending
/// is averaged over. Nothing where no probe tells anything.
std::optional<Probe> choose_probe(const Situation& situation,
                                  const std::vector<Node>& nodes);

} // namespace oopsfarm
