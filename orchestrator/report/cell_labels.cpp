// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/cell_labels.h"

#include "base/strings.h"

#include <set>

namespace oopsfarm {

std::string common_value(const JobReport& report, std::string Cell::*field)
{
  std::set<std::string> values;
  for (const auto& cell : report.cells) {
    values.insert(cell.*field);
  }
  return values.size() == 1 ? *values.begin() : "";
}

CellLabels::CellLabels(const JobReport& report)
    : has_kconfig_(common_value(report, &Cell::kconfig).empty()),
      has_workload_(common_value(report, &Cell::workload).empty())
{
}

void CellLabels::add_columns(Table& table) const
{
  table.column("target", Align::left);
  table.column("kernel", Align::left);
  if (has_kconfig_) {
    table.column("kconfig", Align::left);
  }
  if (has_workload_) {
    table.column("workload", Align::left);
  }
}

std::vector<std::string> CellLabels::fields(const Cell& cell) const
{
  std::vector<std::string> fields = {printable(cell.target),
                                     printable(cell.kernel)};
  if (has_kconfig_) {
    fields.push_back(printable(cell.kconfig));
  }
  if (has_workload_) {
    fields.push_back(printable(cell.workload));
  }
  return fields;
}

} // namespace oopsfarm
