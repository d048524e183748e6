// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace oopsfarm {

enum class Colour { yes, no };

/// Which end of a column its cells are pushed to.
enum class Align { left, right };

/// Wraps `text` in an ANSI colour.
enum class Tint { none, good, bad, warn, faint, strong };
std::string tinted(std::string_view text, Tint tint, Colour colour);

/// Columns a terminal needs for `text`: its UTF-8 code points.
std::size_t text_width(std::string_view text);

/// Text in columns, two spaces apart, no trailing spaces. Pure.
class Table
{
public:
  explicit Table(Colour colour) : colour_(colour) {}

  void column(std::string heading, Align align);

  /// One row. REQUIRES: as many fields as there are columns. `tints` may be
  /// shorter; what lacks is not coloured.
  void row(std::vector<std::string> fields, std::vector<Tint> tints = {});

  /// Headings and rows, a line each.
  std::string text() const;

private:
  struct Column
  {
    std::string heading;
    Align align;
  };

  struct Row
  {
    std::vector<std::string> fields;
    std::vector<Tint> tints;
  };

  std::string line(const Row& row) const;
  std::vector<std::size_t> widths() const;

  Colour colour_;
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

} // namespace oopsfarm
