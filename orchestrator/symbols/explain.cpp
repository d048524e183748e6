// SPDX-License-Identifier: GPL-2.0-or-later
#include "symbols/explain.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace oopsfarm {

Explanation explain(const Crash& crash,
                    const Symbols* symbols,
                    ProcessRunner& runner,
                    const Stop& stop)
{
  Explanation said;
  for (const auto& frame : crash.stack) {
    said.places.push_back(symbols == nullptr ? std::vector<SourcePlace>{}
                                             : symbols->places(frame));
  }
  if (const auto bytes = parse_code(crash.code)) {
    auto code = disassemble(*bytes, runner, stop);
    if (code) {
      said.code = *std::move(code);
    } else {
      said.code_note = code.error().message;
    }
  }
  return said;
}

static std::string place_text(const SourcePlace& place)
{
  return fmt::format("{}:{}", printable(place.file), place.line);
}

static const char* mark_of(const CrashFrame& frame)
{
  switch (frame.kind) {
  case FrameKind::fault:
    return "at ";
  case FrameKind::link:
    return "lr ";
  default:
    return frame.trusted ? "   " : " ? ";
  }
}

static void add_frame(const CrashFrame& frame,
                      const std::vector<SourcePlace>& places,
                      std::string& text)
{
  constexpr int column = 40;
  // The last place is the symbol's own; those before it were inlined into it.
  for (std::size_t i = 0; i + 1 < places.size(); ++i) {
    text += fmt::format("     {:{}} {} (inlined)\n",
                        printable(places[i].function),
                        column,
                        place_text(places[i]));
  }
  const auto symbol =
      frame.offset == 0
          ? printable(frame.symbol)
          : fmt::format("{}+{:#x}", printable(frame.symbol), frame.offset);
  text += places.empty() ? fmt::format("  {}{}\n", mark_of(frame), symbol)
                         : fmt::format("  {}{:{}} {}\n",
                                       mark_of(frame),
                                       symbol,
                                       column,
                                       place_text(places.back()));
}

static void add_code(const std::vector<Instruction>& code, std::string& text)
{
  constexpr std::ptrdiff_t before = 6;
  constexpr std::ptrdiff_t after = 3;
  const auto fault =
      std::find_if(code.begin(), code.end(), [](const Instruction& one) {
        return one.offset >= 0;
      });
  const auto first = fault - std::min(before, fault - code.begin());
  const auto last = fault + std::min(after + 1, code.end() - fault);
  for (auto one = first; one != last; ++one) {
    text += fmt::format("  {} {:>5}  {}\n",
                        one->offset == 0 ? "->" : "  ",
                        fmt::format("{:+d}", one->offset),
                        printable(one->text));
  }
}

std::string explanation_text(const Crash& crash, const Explanation& said)
{
  std::string text;
  for (std::size_t i = 0; i < crash.stack.size(); ++i) {
    add_frame(crash.stack[i],
              i < said.places.size() ? said.places[i]
                                     : std::vector<SourcePlace>{},
              text);
  }
  add_code(said.code, text);
  if (!said.code_note.empty()) {
    text +=
        fmt::format("  code not disassembled: {}\n", printable(said.code_note));
  }
  return text;
}

} // namespace oopsfarm
