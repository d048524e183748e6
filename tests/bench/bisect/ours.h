// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "world.h"

#include <array>
#include <vector>

namespace bench {

constexpr std::array<double, 3> confidences{0.8, 0.95, 0.99};

constexpr std::array<double, 3> near{0.02, 0.01, 0.004};

/// What was known when a confidence was first reached.
struct Reached
{
  bool reached = false;
  bool right = false;
  double stated = 0;
  double seconds = 0; ///< of work; with several slots, by the clock
  std::size_t runs = 0;
  std::size_t said = 0; ///< commits in the answer
  /// Answers on the way, after each run, whose stated probability lies within
  /// `near` of the confidence: how many, how many right, what they stated.
  std::size_t words = 0;
  std::size_t right_words = 0;
  double stated_words = 0;
};

/// Where the prior comes from: nowhere, a ranking that has the culprit among
/// its first three, one that has not.
enum class Ranking { none, right, wrong };

/// Our strategy with its defaults until the highest of the confidences.
std::array<Reached, confidences.size()>
ours(World& world, std::size_t slots, Ranking ranking);

} // namespace bench
