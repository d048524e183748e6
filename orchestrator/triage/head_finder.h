// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "triage/rules.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// A head's anchor on a line.
struct HeadMatch
{
  std::size_t head = 0; ///< index into the heads
  std::size_t at = 0;   ///< where the anchor begins on the line
};

/// Finds the anchors of all heads on a line in one pass. Nearly every line of
/// a console holds none, so the pass looks at a table of byte pairs only: each
/// anchor is entered under its rarest pair. Immutable; any thread.
class HeadFinder
{
public:
  /// `heads` must outlive the finder.
  explicit HeadFinder(const std::vector<Head>& heads);

  /// All anchors on `text`, by the order of the heads; at most 16. Places are
  /// checked, expressions are not.
  void find(std::string_view text, std::vector<HeadMatch>& found) const;

private:
  struct Entry
  {
    std::uint16_t pair = 0;
    std::uint16_t offset = 0; ///< of the pair within the anchor
    std::uint16_t head = 0;
  };

  void check(std::string_view text,
             std::size_t at,
             std::uint16_t pair,
             std::vector<HeadMatch>& found) const;

  const std::vector<Head>& heads_;
  std::vector<Entry> entries_;              ///< sorted by pair
  std::array<std::uint64_t, 1024> pairs_{}; ///< one bit a byte pair
};

} // namespace oopsfarm
