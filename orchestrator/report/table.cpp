// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/table.h"

#include <algorithm>

namespace oopsfarm {

/// SGR parameters of a tint.
static const char* code(Tint tint)
{
  switch (tint) {
  case Tint::none:
    return "";
  case Tint::good:
    return "32";
  case Tint::bad:
    return "1;31";
  case Tint::warn:
    return "33";
  case Tint::faint:
    return "2";
  case Tint::strong:
    return "1";
  }
  return "";
}

std::string tinted(std::string_view text, Tint tint, Colour colour)
{
  if (colour == Colour::no || tint == Tint::none || text.empty()) {
    return std::string(text);
  }
  return std::string("\x1b[") + code(tint) + "m" + std::string(text) +
         "\x1b[0m";
}

std::size_t text_width(std::string_view text)
{
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
      }));
}

void Table::column(std::string heading, Align align)
{
  columns_.push_back({std::move(heading), align});
}

void Table::row(std::vector<std::string> fields, std::vector<Tint> tints)
{
  tints.resize(fields.size(), Tint::none);
  rows_.push_back({std::move(fields), std::move(tints)});
}

std::vector<std::size_t> Table::widths() const
{
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto width = text_width(columns_[i].heading);
    for (const auto& row : rows_) {
      width = std::max(width, text_width(row.fields[i]));
    }
    widths.push_back(width);
  }
  return widths;
}

std::string Table::line(const Row& row) const
{
  const auto wide = widths();
  std::string line;
  std::size_t gap = 0; // spaces owed before the next text
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto padding = wide[i] - text_width(row.fields[i]);
    if (columns_[i].align == Align::right) {
      gap += padding;
    }
    if (!row.fields[i].empty()) {
      line.append(gap, ' ');
      line += tinted(row.fields[i], row.tints[i], colour_);
      gap = 0;
    }
    gap += (columns_[i].align == Align::left ? padding : 0) + 2;
  }
  return line + "\n";
}

std::string Table::text() const
{
  Row headings;
  for (const auto& column : columns_) {
    headings.fields.push_back(column.heading);
    headings.tints.push_back(Tint::faint);
  }
  auto text = line(headings);
  for (const auto& row : rows_) {
    text += line(row);
  }
  return text;
}

} // namespace oopsfarm
