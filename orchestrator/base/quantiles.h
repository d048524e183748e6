// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace oopsfarm {

/// What a list of measurements comes to. Each is one of the measurements, by
/// nearest rank: of fewer than 100, the 99th percentile is the maximum. All 0
/// for an empty list.
struct Quantiles
{
  std::size_t count = 0;
  std::uint64_t min = 0;
  std::uint64_t median = 0;
  std::uint64_t p99 = 0;
  std::uint64_t max = 0;
};

Quantiles quantiles_of(std::vector<std::uint64_t> values);

} // namespace oopsfarm
