// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace oopsfarm {

/// Tests by which nights are compared. Pure.

/// `failed` of `runs`.
struct Rate
{
  unsigned failed = 0;
  unsigned runs = 0;

  double value() const
  {
    return runs == 0 ? 0.0 : static_cast<double>(failed) / runs;
  }
};

Rate operator+(Rate a, Rate b);

/// Fisher's exact test, one-sided: the probability that, with one rate for
/// both and as many failures in all, `after` has as many of them as it has, or
/// more. 1 where either has no runs.
double chance_of_as_many(Rate before, Rate after);

/// The same for as many or fewer.
double chance_of_as_few(Rate before, Rate after);

/// Mann and Whitney's rank test, two-sided: the probability that two samples
/// of one distribution are as far apart as these. Exact for up to 40 values
/// without ties, else by the normal distribution with midranks. 1 where either
/// is empty.
double chance_of_ranks(const std::vector<double>& a,
                       const std::vector<double>& b);

/// Benjamini and Hochberg's step-up procedure: which of the tests to call, so
/// that of those that are called at most `level` are false, on average.
std::vector<bool> discoveries(const std::vector<double>& chances, double level);

/// The middle value, or the mean of the two middle ones. REQUIRES: not empty.
double median_of(std::vector<double> values);

} // namespace oopsfarm
