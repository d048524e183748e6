// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/interval.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace oopsfarm {

Interval wilson_interval(unsigned failures, unsigned observations)
{
  constexpr double z = 1.959964; // of the normal distribution, two-sided 95 %
  const double n = observations;
  const double rate = failures / n;
  const double scale = 1 + z * z / n;
  const double centre = (rate + z * z / (2 * n)) / scale;
  const double half =
      z / scale * std::sqrt(rate * (1 - rate) / n + z * z / (4 * n * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

std::string rate_text(unsigned failures, unsigned observations)
{
  const auto percent = [](double rate) { return std::lround(rate * 100); };
  const auto interval = wilson_interval(failures, observations);
  return fmt::format("{}% [{}–{}]",
                     percent(static_cast<double>(failures) / observations),
                     percent(interval.low),
                     percent(interval.high));
}

} // namespace oopsfarm
