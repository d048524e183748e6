// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/line.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace oopsfarm {

/// How much of a line is kept; the rest is skipped and the line marked.
struct LineLimits
{
  std::size_t kept = 8192; ///< bytes
};

/// Bytes in any chunking → cleaned lines. The answer does not depend on the
/// chunking; memory is bounded by the limits whatever the guest prints. Pure
/// but for the sink, which must outlive the reader. One thread at a time.
class LineReader
{
public:
  explicit LineReader(LineSink& sink, LineLimits limits = {});

  /// Takes the next bytes of the stream.
  void feed(std::string_view bytes);

  /// The stream is over: hands out what is left as a partial line. Feeding may
  /// go on afterwards, as after a cut.
  void finish();

  /// Bytes taken so far.
  std::uint64_t offset() const { return offset_; }

  /// Lines handed out so far.
  std::uint64_t lines() const { return number_; }

private:
  enum class Ended { yes, no };

  void keep(std::string_view piece);
  /// `clean`: it is known that there is no control character in `raw`.
  void emit(std::string_view raw, bool clean, Ended ended);

  LineSink& sink_;
  LineLimits limits_;
  std::string pending_; ///< the kept part of a line without its newline yet
  std::string clean_;   ///< scratch for lines that need cleaning
  ConsoleLine line_;    ///< scratch: the line that is handed out
  std::uint64_t offset_ = 0;
  std::uint64_t line_begin_ = 0;
  std::uint64_t number_ = 0;
  bool overlong_ = false;
};

/// Splits printk's prefix off `line.whole` (already cleaned) into level, time,
/// caller and text: `<6>`, `[    1.234567]`, `[T12]` or `[ C0]`, also written
/// together as `[    1.234567][ T12]`. Text without a prefix stays whole.
void split_prefix(ConsoleLine& line);

} // namespace oopsfarm
