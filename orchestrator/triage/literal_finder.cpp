// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/literal_finder.h"

#include <algorithm>
#include <limits>
#include <string>

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
    const int score = rarity(literal[end - 1]) + rarity(literal[end - 2]) +
                      rarity(literal[end - 3]);
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
  constexpr std::size_t hashed = 3;
  shortest_ = farthest;
  for (const auto literal : literals_) {
    shortest_ = std::min(shortest_, literal.size());
  }
  constexpr auto hashes = std::size_t{1} << hash_bits;
  jumps_.assign(hashes, static_cast<std::uint8_t>(shortest_ - hashed + 1));
  first_.assign(hashes, 0);
  for (std::size_t index = 0; index < literals_.size(); ++index) {
    const auto literal = literals_[index];
    const auto end = rarest_end(literal, shortest_);
    // What stands before the literal is not hashed.
    const auto padded = " " + std::string(literal);
    for (auto at = end - shortest_ + hashed; at <= end; ++at) {
      auto& jump = jumps_[hash_before(padded.data() + at + 1)];
      jump = std::min(jump, static_cast<std::uint8_t>(end - at));
    }
    entries_.push_back(
        Entry{four_before(literal.data() + end),
              static_cast<std::uint16_t>(hash_before(literal.data() + end)),
              static_cast<std::uint16_t>(end),
              static_cast<std::uint16_t>(index)});
  }
  std::stable_sort(
      entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return a.hash < b.hash;
      });
  for (auto index = entries_.size(); index-- > 0;) {
    first_[entries_[index].hash] = static_cast<std::uint16_t>(index);
  }
}

} // namespace oopsfarm
