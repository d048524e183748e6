// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "apps/command_line.h"
#include "base/result.h"
#include "report/table.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace oopsfarm {

/// The size of a terminal, in characters.
struct TerminalSize
{
  std::size_t columns = 80;
  std::size_t rows = 24;
};

/// True when `fd` is a terminal that can move its cursor (not TERM=dumb).
bool is_live_terminal(int fd);

/// Asked anew each time, since windows change.
TerminalSize terminal_size(int fd);

/// Whether output on `fd` is coloured: as wished, and when that is automatic,
/// on a terminal where $NO_COLOR is unset.
Colour use_colour(ColourWish wish, int fd);

/// Writes all of `text` to `fd`. Fails (infra) when that is not possible; a
/// reader that went away (EPIPE) is no failure.
Status put(int fd, std::string_view text);

/// put() on standard output: results.
Status put_result(std::string_view text);

} // namespace oopsfarm
