// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/teardown.h"

#include "base/units.h"
#include "report/cell_labels.h"

#include <algorithm>

namespace oopsfarm {

Quantiles teardown_of_cell(const Cell& cell)
{
  auto times = quantiles_of(cell.teardown_us);
  times.count = std::max(times.count, cell.teardown_count);
  return times;
}

std::vector<std::uint64_t> teardown_sample(const Cell& cell)
{
  constexpr std::size_t percents = 100;
  auto all = cell.teardown_us;
  std::sort(all.begin(), all.end());
  if (all.size() <= percents + 1) {
    return all;
  }
  std::vector<std::uint64_t> sample;
  for (std::size_t i = 0; i <= percents; ++i) {
    const auto rank = (i * all.size() + percents - 1) / percents;
    sample.push_back(all[std::max<std::size_t>(rank, 1) - 1]);
  }
  return sample;
}

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
    const auto times = teardown_of_cell(cell);
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
