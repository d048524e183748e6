// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/night_record.h"

#include "base/quantiles.h"

#include <algorithm>

namespace oopsfarm {

static void add_crash(NightCell& cell, const RunOutcome& outcome)
{
  const auto signature = outcome.findings.empty()
                             ? std::string(to_string(outcome.verdict))
                             : outcome.findings.front().signature;
  auto found =
      std::find_if(cell.crashes.begin(), cell.crashes.end(), [&](auto& crash) {
        return crash.signature == signature;
      });
  if (found == cell.crashes.end()) {
    const auto& title = outcome.findings.empty()
                            ? outcome.title
                            : outcome.findings.front().title;
    found = cell.crashes.insert(cell.crashes.end(),
                                {signature, title, 0, outcome.run_id});
  }
  ++found->runs;
}

static void add_run(NightCell& cell, const RunOutcome& outcome)
{
  if (outcome.verdict == Verdict::infra) {
    return;
  }
  ++cell.observations;
  cell.unbooted += outcome.verdict == Verdict::boot_failed ? 1U : 0U;
  if (is_kernel_failure(outcome.verdict)) {
    add_crash(cell, outcome);
  }
  if (!outcome.teardown_us.empty()) {
    cell.teardown_us.push_back(quantiles_of(outcome.teardown_us).median);
  }
}

Night night_of(const std::string& job,
               const JobReport& report,
               const std::vector<ObservedRun>& observations)
{
  Night night;
  night.job = job;
  night.tree = report.tree;
  night.commit = report.base_commit;
  for (const auto& each : report.cells) {
    NightCell cell;
    cell.target = each.target;
    cell.kernel = each.kernel;
    cell.kconfig = each.kconfig;
    cell.workload = each.workload;
    cell.verdict = each.verdict;
    cell.title = each.title;
    for (const auto& [label, outcome] : observations) {
      if (label.target == cell.target && label.kernel == cell.kernel &&
          label.kconfig == cell.kconfig && label.workload == cell.workload) {
        add_run(cell, outcome);
      }
    }
    night.cells.push_back(std::move(cell));
  }
  return night;
}

} // namespace oopsfarm
