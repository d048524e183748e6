// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/nightly_report.h"

#include "base/strings.h"

#include <fmt/format.h>

namespace oopsfarm {

static std::string state_of(const NightView& night)
{
  if (night.state != "ended") {
    return night.state;
  }
  return night.exit_code == 0   ? "passed"
         : night.exit_code == 1 ? "found"
                                : fmt::format("exit {}", night.exit_code);
}

static Tint tint_of(const NightView& night)
{
  return night.is_worse            ? Tint::bad
         : night.state == "failed" ? Tint::warn
                                   : Tint::none;
}

/// What changed, or why nothing can be said.
static std::string news_of(const NightView& night)
{
  constexpr std::size_t width = 70;
  return night.error.empty()
             ? printable(night.summary, width)
             : printable(split_lines(night.error).front(), width);
}

std::string nightlies_table(const std::vector<NightlyView>& nightlies,
                            Colour colour)
{
  Table table(colour);
  for (const auto* heading :
       {"nightly", "owner", "tree", "next", "last night", "state", "changes"}) {
    table.column(heading, Align::left);
  }
  std::string notes;
  for (const auto& nightly : nightlies) {
    const auto& last = nightly.last;
    table.row({printable(nightly.name, 40),
               printable(nightly.owner, 20),
               printable(nightly.tree, 30),
               nightly.next,
               last ? last->day : "-",
               last ? state_of(*last) : "-",
               last ? news_of(*last) : "-"},
              {Tint::none,
               Tint::none,
               Tint::none,
               Tint::none,
               Tint::none,
               Tint::none,
               last ? tint_of(*last) : Tint::none});
    for (const auto& note : {nightly.note, last ? last->note : ""}) {
      notes += note.empty() ? ""
                            : fmt::format("{}: {}\n",
                                          printable(nightly.name, 40),
                                          printable(note));
    }
  }
  return table.text() + notes;
}

std::string nights_table(const std::vector<NightView>& nights, Colour colour)
{
  Table table(colour);
  for (const auto* heading : {"night", "job", "commit", "state", "changes"}) {
    table.column(heading, Align::left);
  }
  std::string notes;
  for (const auto& night : nights) {
    table.row(
        {night.day,
         night.job,
         night.base_commit.empty() ? "-" : night.base_commit.substr(0, 12),
         state_of(night),
         news_of(night)},
        {Tint::none, Tint::none, Tint::none, Tint::none, tint_of(night)});
    if (!night.note.empty()) {
      notes += fmt::format("{}: {}\n", night.job, printable(night.note));
    }
    for (const auto& bisection : night.bisections) {
      notes += fmt::format("{}: {}\n", night.job, printable(bisection));
    }
  }
  return table.text() + notes;
}

} // namespace oopsfarm
