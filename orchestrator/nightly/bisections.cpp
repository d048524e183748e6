// SPDX-License-Identifier: GPL-2.0-or-later
#include "nightly/bisections.h"

#include <algorithm>

namespace oopsfarm {

/// The workload that shows a crash most often on the change's kernel.
static std::string best_workload(const Change& change, const Night& tonight)
{
  std::string best = change.workload;
  double most = -1;
  for (const auto& cell : tonight.cells) {
    if (cell.target != change.target || cell.kernel != change.kernel ||
        cell.kconfig != change.kconfig) {
      continue;
    }
    for (const auto& crash : cell.crashes) {
      const Rate rate = {crash.runs, cell.observations};
      if (crash.signature == change.signature && rate.value() > most) {
        best = cell.workload;
        most = rate.value();
      }
    }
  }
  return best;
}

static bool is_wanted(const Change& change)
{
  const bool is_crash = change.kind == ChangeKind::new_crash ||
                        change.kind == ChangeKind::crash_back ||
                        change.kind == ChangeKind::rate_up ||
                        change.kind == ChangeKind::boot_broken;
  return is_crash && change.kernel == "base" && !change.good.empty() &&
         !change.bad.empty() && change.good != change.bad;
}

std::vector<WantedBisection> wanted_bisections(const Comparison& comparison,
                                               const Night& tonight)
{
  std::vector<WantedBisection> wanted;
  for (const auto& change : comparison.changes) {
    const bool is_known = std::any_of(
        wanted.begin(), wanted.end(), [&](const WantedBisection& other) {
          return other.signature == change.signature;
        });
    if (is_wanted(change) && !is_known && wanted.size() < max_bisections) {
      wanted.push_back({tonight.tree,
                        change.good,
                        change.bad,
                        change.signature,
                        change.title,
                        change.target,
                        change.kconfig,
                        best_workload(change, tonight)});
    }
  }
  return wanted;
}

} // namespace oopsfarm
