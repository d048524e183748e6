// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace oopsfarm {

/// One line that a guest printed, cleaned of CR, NUL, ANSI escapes and other
/// control characters (tab stays; what is not UTF-8 stays as bytes) and of
/// printk's prefixes. The views are valid during the call that hands the line
/// over, and no longer.
struct ConsoleLine
{
  std::string_view text;    ///< without prefix; at most LineLimits::kept bytes
  std::string_view whole;   ///< the same with its prefix
  std::uint64_t begin = 0;  ///< offset of the first byte in the raw stream
  std::uint64_t end = 0;    ///< offset behind the last byte, newline excluded
  std::uint64_t number = 0; ///< 0-based
  /// `[   12.345678]`: microseconds since the guest's boot.
  std::optional<std::uint64_t> time_us;
  /// CONFIG_PRINTK_CALLER's `T123` (task) or `C1` (CPU), or "".
  std::string_view caller;
  int level = -1;       ///< `<6>`; -1 when there is none
  bool cut = false;     ///< the line was longer than was kept
  bool partial = false; ///< the stream ended (or was cut) inside the line
};

/// Takes lines in the order of the stream.
class LineSink
{
public:
  virtual ~LineSink() = default;
  virtual void on_line(const ConsoleLine& line) = 0;
};

} // namespace oopsfarm
