// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/line_reader.h"
#include "triage/crash_scanner.h"
#include "triage/oom.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// The crashes in `text`, fed in pieces of `chunk` bytes.
inline std::vector<Crash> crashes_in(std::string_view text,
                                     std::size_t chunk = 65536)
{
  CrashScanner scanner;
  LineReader reader(scanner);
  for (std::size_t at = 0; at < text.size(); at += chunk) {
    reader.feed(text.substr(at, chunk));
  }
  reader.finish();
  scanner.finish();
  return scanner.crashes();
}

/// The OOM events in `text`.
inline OomReport oom_in(std::string_view text)
{
  OomScanner scanner;
  LineReader reader(scanner);
  reader.feed(text);
  reader.finish();
  return scanner.report();
}

} // namespace oopsfarm
