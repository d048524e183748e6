// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "nightly/compare.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// A bisection that a night asks for: which commit between two of a tree
/// brought a crash. Plain value.
struct WantedBisection
{
  std::string tree; ///< name
  std::string good; ///< full object id: a night there did not have it
  std::string bad;  ///< full object id: tonight's
  std::string signature;
  std::string title;
  std::string target;
  std::string kconfig;
  std::string workload; ///< where it was seen most often
};

/// As many crashes of a night are bisected, the first ones.
inline constexpr std::size_t max_bisections = 3;

/// What of a night's changes is bisected: crashes of the base kernel that are
/// new, back or come more often, where the tree has moved meanwhile. Those of a
/// series are the series' own (on_failure: bisect). Pure.
std::vector<WantedBisection> wanted_bisections(const Comparison& comparison,
                                               const Night& tonight);

} // namespace oopsfarm
