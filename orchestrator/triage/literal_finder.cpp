// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/literal_finder.h"

#include <algorithm>
#include <limits>

namespace oopsfarm {

/// How seldom a byte is on consoles: capitals, then the rarer letters.
static int rarity(char c)
{
  if (c >= 'A' && c <= 'Z') {
    return 4;
  }
  constexpr std::string_view rare = "gkvwjxzqyb";
  if (rare.find(c) != std::string_view::npos) {
    return 3;
  }
  return c >= 'a' && c <= 'z' ? 2 : 1;
}

/// Where the window of `length` bytes ends that is met least often.
static std::size_t rarest_end(std::string_view literal, std::size_t length)
{
  std::size_t best = length;
  int best_score = -1;
  for (auto end = length; end <= literal.size(); ++end) {
    const int score = rarity(literal[end - 1]) + rarity(literal[end - 2]);
    if (score > best_score) {
      best = end;
      best_score = score;
    }
  }
  return best;
}

LiteralFinder::LiteralFinder(std::vector<std::string_view> literals)
    : literals_(std::move(literals))
{
  constexpr std::size_t farthest = std::numeric_limits<std::uint8_t>::max();
  shortest_ = farthest;
  for (const auto literal : literals_) {
    shortest_ = std::min(shortest_, literal.size());
  }
  jumps_.assign(pairs, static_cast<std::uint8_t>(shortest_ - 1));
  for (std::size_t index = 0; index < literals_.size(); ++index) {
    const auto literal = literals_[index];
    const auto end = rarest_end(literal, shortest_);
    for (auto at = end - shortest_ + 2; at <= end; ++at) {
      auto& jump = jumps_[pair_before(literal, at)];
      jump = std::min(jump, static_cast<std::uint8_t>(end - at));
    }
    entries_.push_back(Entry{pair_before(literal, end),
                             static_cast<std::uint16_t>(end),
                             static_cast<std::uint16_t>(index)});
  }
  std::stable_sort(
      entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return a.pair < b.pair;
      });
}

std::size_t LiteralFinder::first_entry(std::uint16_t pair) const
{
  const auto first = std::lower_bound(
      entries_.begin(),
      entries_.end(),
      pair,
      [](const Entry& a, std::uint16_t wanted) { return a.pair < wanted; });
  return static_cast<std::size_t>(first - entries_.begin());
}

} // namespace oopsfarm
