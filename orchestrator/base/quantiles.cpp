// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/quantiles.h"

#include <algorithm>

namespace oopsfarm {

Quantiles quantiles_of(std::vector<std::uint64_t> values)
{
  Quantiles result;
  if (values.empty()) {
    return result;
  }
  std::sort(values.begin(), values.end());
  const auto at = [&](std::size_t percent) {
    return values[(values.size() * percent + 99) / 100 - 1];
  };
  result.count = values.size();
  result.min = values.front();
  result.median = at(50);
  result.p99 = at(99);
  result.max = values.back();
  return result;
}

} // namespace oopsfarm
