// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/cells.h"

#include <algorithm>
#include <array>

namespace oopsfarm {

/// Worst first: what a cell of several observations is called.
constexpr std::array by_weight = {Verdict::crash,
                                  Verdict::oracle_failed,
                                  Verdict::hang,
                                  Verdict::boot_failed,
                                  Verdict::pass,
                                  Verdict::skip,
                                  Verdict::infra};

static std::size_t rank(Verdict verdict)
{
  return static_cast<std::size_t>(
      std::find(by_weight.begin(), by_weight.end(), verdict) -
      by_weight.begin());
}

static bool same_cell(const Cell& cell, const StepLabel& label)
{
  return cell.target == label.target && cell.kernel == label.kernel &&
         cell.kconfig == label.kconfig && cell.workload == label.workload;
}

static Cell empty_cell(const StepLabel& label)
{
  Cell cell;
  cell.target = label.target;
  cell.kernel = label.kernel;
  cell.kconfig = label.kconfig;
  cell.workload = label.workload;
  return cell;
}

/// Counts a run's result where the cell has its name, else behind the others.
static void count(Cell& cell, const TestResult& result)
{
  auto found =
      std::find_if(cell.results.begin(),
                   cell.results.end(),
                   [&](const TestCount& c) { return c.name == result.name; });
  if (found == cell.results.end()) {
    found = cell.results.insert(cell.results.end(), TestCount{result.name});
  }
  const bool first_failure =
      result.end == TestEnd::failed && found->failed == 0;
  found->ok += result.end == TestEnd::ok ? 1U : 0U;
  found->failed += result.end == TestEnd::failed ? 1U : 0U;
  found->skipped += result.end == TestEnd::skipped ? 1U : 0U;
  if (first_failure || found->reason.empty()) {
    found->reason = result.reason;
  }
}

/// The first of what an observation showed stands for it.
static void add_signature(Cell& cell, const RunOutcome& outcome)
{
  if (!is_kernel_failure(outcome.verdict) || outcome.findings.empty()) {
    return;
  }
  auto& all = cell.signatures;
  const auto& signature = outcome.findings.front().signature;
  auto at = std::find(all.begin(), all.end(), signature);
  if (at == all.end()) {
    at = all.insert(at, signature);
  }
  if (rank(outcome.verdict) < rank(cell.verdict)) { // it will be the title's
    std::rotate(all.begin(), at, at + 1);
  }
}

static void add(Cell& cell, const RunOutcome& outcome)
{
  cell.run_ids.push_back(outcome.run_id);
  cell.time += outcome.wall;
  cell.kills += outcome.kills;
  cell.teardown_us.insert(cell.teardown_us.end(),
                          outcome.teardown_us.begin(),
                          outcome.teardown_us.end());
  for (const auto& result : outcome.results) {
    count(cell, result);
  }
  if (outcome.verdict == Verdict::infra) {
    ++cell.infra_failures;
  } else {
    ++cell.observations;
    cell.failures += is_kernel_failure(outcome.verdict) ? 1U : 0U;
  }
  add_signature(cell, outcome);
  const bool first = cell.run_ids.size() == 1;
  if (first || rank(outcome.verdict) < rank(cell.verdict)) {
    cell.verdict = outcome.verdict;
    cell.run_id = outcome.run_id;
    cell.title = outcome.title;
    cell.detail = outcome.detail;
    cell.first_line =
        outcome.findings.empty() ? "" : outcome.findings.front().first_line;
  }
}

std::vector<Cell> cells_of(const std::vector<ObservedRun>& observations)
{
  std::vector<Cell> cells;
  for (const auto& [label, outcome] : observations) {
    auto found = std::find_if(cells.begin(), cells.end(), [&](const Cell& c) {
      return same_cell(c, label);
    });
    if (found == cells.end()) {
      found = cells.insert(cells.end(), empty_cell(label));
    }
    add(*found, outcome);
  }
  return cells;
}

std::vector<Cell> cells_without_kernel(const Plan& plan,
                                       std::size_t build,
                                       const BuildOutcome& outcome)
{
  std::vector<Cell> cells;
  for (const auto& run : plan.runs) {
    if (!needs(run, build) || run.label.attempt != 1) {
      continue;
    }
    auto cell = empty_cell(run.label);
    cell.verdict = outcome.verdict;
    cell.title = outcome.title;
    cell.detail = outcome.detail;
    cell.infra_failures = outcome.verdict == Verdict::infra ? 1 : 0;
    cells.push_back(std::move(cell));
  }
  return cells;
}

std::vector<Cell> cells_without_series(const Job& job,
                                       const std::string& title,
                                       const std::string& detail)
{
  std::vector<Cell> cells;
  for (const auto& target : job.targets) {
    for (const auto& kconfig : job.kconfigs) {
      for (const auto& workload : job.workloads) {
        Cell cell;
        cell.target = target;
        cell.kernel = "series";
        cell.kconfig = kconfig;
        cell.workload = workload.name;
        cell.verdict = Verdict::apply_failed;
        cell.title = title;
        cell.detail = detail;
        cells.push_back(std::move(cell));
      }
    }
  }
  return cells;
}

} // namespace oopsfarm
