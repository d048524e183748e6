// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/line.h"

#include <cstddef>
#include <deque>
#include <string>

namespace oopsfarm {

/// The last lines of a console, for people. Bounded by lines and by bytes a
/// line (256).
class ConsoleTail : public LineSink
{
public:
  explicit ConsoleTail(std::size_t lines = 20) : limit_(lines) {}

  void on_line(const ConsoleLine& line) override;

  /// The lines kept, oldest first, one "\n" behind each.
  std::string text() const;

private:
  std::size_t limit_;
  std::deque<std::string> lines_;
};

} // namespace oopsfarm
