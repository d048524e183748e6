// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/live_area.h"

#include "report/live.h"
#include "report/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

/// A terminal that became narrower has wrapped our lines: each may take
/// several rows by now.
std::string LiveArea::back_to_top(TerminalSize size) const
{
  std::size_t rows = 0;
  const auto columns = std::max<std::size_t>(size.columns, 1);
  for (const auto width : widths_) {
    rows += std::max<std::size_t>((width + columns - 1) / columns, 1);
  }
  return rows == 0 ? "\r" : fmt::format("\r\x1b[{}A", rows);
}

std::string LiveArea::draw(const std::vector<std::string>& permanent,
                           const std::vector<std::string>& live,
                           TerminalSize size)
{
  std::string bytes = back_to_top(size);
  for (const auto& line : permanent) {
    bytes += line + "\x1b[K\n";
  }
  widths_.clear();
  // One column and one row stay free: a terminal may wrap or scroll there.
  const auto columns = std::max<std::size_t>(size.columns, 2) - 1;
  const auto rows = std::max<std::size_t>(size.rows, 2) - 1;
  for (const auto& line : live) {
    if (widths_.size() == rows) {
      break;
    }
    const auto cut = cut_text(line, columns);
    widths_.push_back(text_width(cut));
    bytes += cut + "\x1b[K\n";
  }
  bytes += "\x1b[J";
  if (!live.empty() && !is_cursor_hidden_) {
    bytes = "\x1b[?25l" + bytes;
    is_cursor_hidden_ = true;
  }
  return bytes;
}

std::string LiveArea::clear(TerminalSize size)
{
  if (widths_.empty() && !is_cursor_hidden_) {
    return "";
  }
  auto bytes = back_to_top(size) + "\x1b[J";
  if (is_cursor_hidden_) {
    bytes += "\x1b[?25h";
    is_cursor_hidden_ = false;
  }
  widths_.clear();
  return bytes;
}

} // namespace oopsfarm
