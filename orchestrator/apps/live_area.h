// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "apps/terminal.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// The lines at a terminal's bottom that change, below those that stay. Only
/// makes the bytes; the caller writes them. ECMA-48 sequences that every
/// terminal of today knows.
class LiveArea
{
public:
  /// Redraws: `permanent` lines scroll up above `live` ones, which take the
  /// place of those drawn last. Lines are cut to the width, and left out where
  /// the terminal is too low. The cursor is hidden while there are any.
  /// REQUIRES: no line has a newline in it.
  std::string draw(const std::vector<std::string>& permanent,
                   const std::vector<std::string>& live,
                   TerminalSize size);

  /// Takes the live lines away and shows the cursor again.
  std::string clear(TerminalSize size);

private:
  std::string back_to_top(TerminalSize size) const;

  std::vector<std::size_t> widths_; ///< of the lines drawn last
  bool is_cursor_hidden_ = false;
};

} // namespace oopsfarm
