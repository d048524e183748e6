// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
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
  using Names = std::vector<std::string_view>;

  static std::size_t bucket(std::string_view name)
  {
    return name.empty() ? 0 : static_cast<unsigned char>(name.front());
  }

  std::array<Names, 256> whole_;  ///< by first byte
  std::array<Names, 256> starts_; ///< by first byte
  Names ends_;
  Names parts_;
};

} // namespace oopsfarm
