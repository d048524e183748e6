// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// Finds many literals in one pass over a text (Wu and Manber's algorithm,
/// TR-94-17 of the University of Arizona). A window as long as the shortest
/// literal moves over the text; the two bytes at its end say how far it may
/// jump, which is several bytes at a time when no literal is short. Immutable
/// once filled; any thread.
class LiteralFinder
{
public:
  /// `literals` must outlive the finder; each has two bytes at least. With
  /// none, nothing is ever found.
  explicit LiteralFinder(std::vector<std::string_view> literals);

  /// Calls `take(index, at)` for every place of every literal, by the place of
  /// the window in which it was found. `take` returns false to end the search.
  template <typename Take> void find(std::string_view text, Take take) const
  {
    for (auto at = shortest_; at <= text.size();) {
      const auto pair = pair_before(text, at);
      const auto jump = jumps_[pair];
      if (jump > 0) {
        at += jump;
        continue;
      }
      if (!check(text, at, pair, take)) {
        return;
      }
      ++at;
    }
  }

private:
  struct Entry
  {
    std::uint16_t pair = 0;
    std::uint16_t end = 0; ///< of the window within the literal
    std::uint16_t literal = 0;
  };

  /// The two bytes before `at`, in the machine's order.
  static std::uint16_t pair_before(std::string_view text, std::size_t at)
  {
    std::uint16_t pair = 0;
    std::memcpy(&pair, text.data() + at - 2, sizeof(pair));
    return pair;
  }

  template <typename Take>
  bool check(std::string_view text,
             std::size_t at,
             std::uint16_t pair,
             Take& take) const
  {
    for (auto index = first_entry(pair); index < entries_.size(); ++index) {
      const auto& entry = entries_[index];
      if (entry.pair != pair) {
        break;
      }
      const auto literal = literals_[entry.literal];
      if (at >= entry.end && text[at - entry.end] == literal.front() &&
          text.substr(at - entry.end, literal.size()) == literal &&
          !take(static_cast<std::size_t>(entry.literal), at - entry.end)) {
        return false;
      }
    }
    return true;
  }

  /// Index of the first entry of a pair that has one.
  std::size_t first_entry(std::uint16_t pair) const;

  static constexpr std::size_t pairs = 1U << 16U;

  std::vector<std::string_view> literals_;
  std::size_t shortest_ = 0;
  std::vector<Entry> entries_;      ///< sorted by pair
  std::vector<std::uint8_t> jumps_; ///< by pair; 0: look at the entries
};

} // namespace oopsfarm
