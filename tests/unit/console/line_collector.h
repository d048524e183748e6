// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/line_reader.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// A ConsoleLine that owns its text.
struct KeptLine
{
  std::string text;
  std::string whole;
  std::string caller;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t number = 0;
  std::optional<std::uint64_t> time_us;
  int level = -1;
  bool cut = false;
  bool partial = false;

  bool operator==(const KeptLine& other) const = default;
};

/// Records every line it is handed.
class LineCollector : public LineSink
{
public:
  void on_line(const ConsoleLine& line) override
  {
    lines.push_back({std::string(line.text),
                     std::string(line.whole),
                     std::string(line.caller),
                     line.begin,
                     line.end,
                     line.number,
                     line.time_us,
                     line.level,
                     line.cut,
                     line.partial});
  }

  std::vector<KeptLine> lines;
};

/// The lines of `bytes`, fed in pieces of `chunk` bytes.
inline std::vector<KeptLine>
read_lines(std::string_view bytes, std::size_t chunk, LineLimits limits = {})
{
  LineCollector collector;
  LineReader reader(collector, limits);
  for (std::size_t at = 0; at < bytes.size(); at += chunk) {
    reader.feed(bytes.substr(at, chunk));
  }
  reader.finish();
  return collector.lines;
}

} // namespace oopsfarm
