// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace oopsfarm {

/// Bounds of a rate, each in 0..1.
struct Interval
{
  double low = 0;
  double high = 1;
};

/// Wilson's 95 % score interval for `failures` of `observations`.
/// REQUIRES: failures ≤ observations, observations > 0.
Interval wilson_interval(unsigned failures, unsigned observations);

/// "15% [5–36]": the rate and its interval, in percent.
std::string rate_text(unsigned failures, unsigned observations);

} // namespace oopsfarm
