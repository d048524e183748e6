// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/teardown.h"

#include "base/quantiles.h"
#include "base/units.h"
#include "report/cell_labels.h"

namespace oopsfarm {

std::string teardown_text(const JobReport& report, Colour colour)
{
  const CellLabels labels(report);
  Table table(colour);
  labels.add_columns(table);
  for (const auto* heading : {"victims", "min", "median", "p99", "max"}) {
    table.column(heading, Align::right);
  }
  bool any = false;
  for (const auto& cell : report.cells) {
    const auto times = quantiles_of(cell.teardown_us);
    if (times.count == 0) {
      continue;
    }
    any = true;
    auto fields = labels.fields(cell);
    fields.push_back(std::to_string(times.count));
    for (const auto value : {times.min, times.median, times.p99, times.max}) {
      fields.push_back(format_microseconds(value));
    }
    table.row(std::move(fields));
  }
  return any ? "\nteardown, from \"Killed process\" to the victim's exit:\n" +
                   table.text()
             : "";
}

} // namespace oopsfarm
