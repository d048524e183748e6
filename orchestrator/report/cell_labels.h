// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"
#include "report/table.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// The one value that all cells have in a field, or "" when they differ.
std::string common_value(const JobReport& report, std::string Cell::*field);

/// The columns of a table that say which cell a row is about: target and
/// kernel, and kconfig and workload where a report has several. Holds a
/// reference to nothing.
class CellLabels
{
public:
  explicit CellLabels(const JobReport& report);

  void add_columns(Table& table) const;

  /// As many as there are columns; printable.
  std::vector<std::string> fields(const Cell& cell) const;

private:
  bool has_kconfig_;
  bool has_workload_;
};

} // namespace oopsfarm
