// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// Finds many literals in one pass over a text (Wu and Manber's algorithm,
/// TR-94-17 of the University of Arizona). A window as long as the shortest
/// literal moves over the text; the three bytes at its end say how far it may
/// jump, which is several bytes at a time when no literal is short. Immutable
/// once filled; any thread.
class LiteralFinder
{
public:
  /// `literals` must outlive the finder; each has four bytes at least. With
  /// none, nothing is ever found.
  explicit LiteralFinder(std::vector<std::string_view> literals);

  /// Calls `take(index, at)` for every place of every literal, by the place of
  /// the window in which it was found. `take` returns false to end the search.
  template <typename Take> void find(std::string_view text, Take take) const
  {
    const auto* jumps = jumps_.data();
    for (auto at = shortest_; at <= text.size();) {
      const auto hash = hash_before(text.data() + at);
      const auto jump = jumps[hash];
      if (jump > 0) {
        at += jump;
        continue;
      }
      if (!check(text, at, hash, take)) {
        return;
      }
      ++at;
    }
  }

private:
  struct Entry
  {
    std::uint32_t tail = 0; ///< the window's last four bytes
    std::uint16_t hash = 0;
    std::uint16_t end = 0; ///< of the window within the literal
    std::uint16_t literal = 0;
  };

  static std::uint32_t four_before(const char* end)
  {
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, end - sizeof(bytes), sizeof(bytes));
    return bytes;
  }

  /// Of the three bytes before `end`; there are four.
  static std::uint32_t hash_before(const char* end)
  {
    constexpr std::uint32_t golden = 2654435761U;
    return ((four_before(end) & blind) * golden) >> (32U - hash_bits);
  }

  template <typename Take>
  bool check(std::string_view text,
             std::size_t at,
             std::uint32_t hash,
             Take& take) const
  {
    const auto tail = four_before(text.data() + at);
    for (std::size_t index = first_[hash];
         index < entries_.size() && entries_[index].hash == hash;
         ++index) {
      const auto& entry = entries_[index];
      if (entry.tail != tail || at < entry.end) {
        continue;
      }
      const auto literal = literals_[entry.literal];
      if (text.substr(at - entry.end, literal.size()) == literal &&
          !take(static_cast<std::size_t>(entry.literal), at - entry.end)) {
        return false;
      }
    }
    return true;
  }

  static constexpr unsigned hash_bits = 13;
  /// Keeps the last three of four bytes.
  static constexpr std::uint32_t blind =
      std::endian::native == std::endian::little ? 0xffffff00U : 0x00ffffffU;

  std::vector<std::string_view> literals_;
  std::size_t shortest_ = 0;
  std::vector<Entry> entries_;       ///< sorted by hash
  std::vector<std::uint8_t> jumps_;  ///< by hash; 0: look at the entries
  std::vector<std::uint16_t> first_; ///< by hash, its first entry
};

} // namespace oopsfarm
