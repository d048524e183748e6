// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/tail.h"

namespace oopsfarm {

void ConsoleTail::on_line(const ConsoleLine& line)
{
  constexpr std::size_t width = 256;
  if (limit_ == 0) {
    return;
  }
  if (lines_.size() == limit_) {
    lines_.pop_front();
  }
  lines_.emplace_back(line.whole.substr(0, width));
}

std::string ConsoleTail::text() const
{
  std::string text;
  for (const auto& line : lines_) {
    text += line;
    text += '\n';
  }
  return text;
}

} // namespace oopsfarm
