// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/wrap.h"

#include "base/strings.h"
#include "report/table.h"

namespace oopsfarm {

/// The bytes of the first `columns` code points.
static std::size_t bytes_of(std::string_view text, std::size_t columns)
{
  std::size_t at = 0;
  while (at < text.size() && columns > 0) {
    ++at;
    while (at < text.size() &&
           (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) {
      ++at;
    }
    --columns;
  }
  return at;
}

std::string wrapped(std::string_view text,
                    std::size_t width,
                    std::string_view lead,
                    std::string_view indent)
{
  std::string out;
  std::string line(lead);
  bool is_empty = true;
  const auto end_line = [&] {
    out += line + "\n";
    line = indent;
    is_empty = true;
  };
  for (const auto& word : split(text, ' ')) {
    std::string_view rest = word;
    if (rest.empty()) {
      continue;
    }
    if (!is_empty && text_width(line) + 1 + text_width(rest) > width) {
      end_line();
    }
    while (text_width(line) + text_width(rest) > width) {
      const auto size = bytes_of(rest, width - text_width(line));
      line += rest.substr(0, size);
      rest.remove_prefix(size);
      end_line();
    }
    line += (is_empty ? "" : " ") + std::string(rest);
    is_empty = false;
  }
  end_line();
  return out;
}

} // namespace oopsfarm
