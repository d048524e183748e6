// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/report.h"

#include <algorithm>

namespace oopsfarm {

int exit_code(const JobReport& report)
{
  const auto any = [&](auto&& wanted) {
    return std::any_of(report.cells.begin(),
                       report.cells.end(),
                       [&](const Cell& cell) { return wanted(cell.verdict); });
  };
  if (any([](Verdict v) {
        return is_kernel_failure(v) && v != Verdict::apply_failed;
      })) {
    return 1;
  }
  if (any([](Verdict v) { return v == Verdict::apply_failed; })) {
    return 2;
  }
  return any([](Verdict v) { return v == Verdict::infra; }) ? 3 : 0;
}

} // namespace oopsfarm
