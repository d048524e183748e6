// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// A set of function names and patterns, made from text: words between blanks,
/// each of which may begin or end with `*`. The text must outlive the table,
/// as literals do. Immutable once filled; lookups from any thread.
class NameTable
{
public:
  explicit NameTable(std::string_view words) { add(words); }

  void add(std::string_view words);

  bool holds(std::string_view name) const;

private:
  /// Names in the order of their bytes, and where those of a first byte begin.
  struct Sorted
  {
    void sort();

    template <typename Matches>
    bool any(std::string_view name, Matches matches) const;

    std::vector<std::string_view> names;
    std::array<std::uint16_t, 257> from{};
  };

  Sorted whole_;
  Sorted starts_;
  std::vector<std::string_view> ends_;
  std::vector<std::string_view> parts_;
};

} // namespace oopsfarm
