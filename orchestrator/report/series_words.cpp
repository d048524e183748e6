// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/series_words.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

std::string tip_kernel(const JobReport& report)
{
  if (report.patches.empty()) {
    return "";
  }
  const auto last = fmt::format("patch {}", report.patches.back().number);
  const auto is_by_patch = [&](const auto& items) {
    return std::any_of(items.begin(), items.end(), [&](const auto& item) {
      return item.kernel == last;
    });
  };
  return is_by_patch(report.cells) || is_by_patch(report.builds) ? last
                                                                 : "series";
}

static bool has_build(const JobReport& report,
                      const std::string& kernel,
                      const KernelBuild& like,
                      Verdict verdict)
{
  return std::any_of(report.builds.begin(),
                     report.builds.end(),
                     [&](const KernelBuild& build) {
                       return build.kernel == kernel &&
                              build.arch == like.arch &&
                              build.kconfig == like.kconfig &&
                              build.outcome.verdict == verdict;
                     });
}

bool builds_each_patch(const JobReport& report)
{
  return std::any_of(
      report.builds.begin(), report.builds.end(), [](const KernelBuild& build) {
        return build.kernel.starts_with("patch ");
      });
}

std::vector<BrokenStep> broken_steps(const JobReport& report)
{
  std::vector<BrokenStep> steps;
  const auto tip = tip_kernel(report);
  for (const auto& patch : report.patches) {
    const auto kernel = fmt::format("patch {}", patch.number);
    for (const auto& build : report.builds) {
      if (build.kernel == kernel && kernel != tip &&
          build.kconfig != "kselftest" && // programs, not a kernel
          build.outcome.verdict == Verdict::build_failed &&
          has_build(report, tip, build, Verdict::pass) &&
          has_build(report, "base", build, Verdict::pass)) {
        steps.push_back(
            {patch, build.arch, build.kconfig, build.outcome.title});
      }
    }
  }
  return steps;
}

std::string broken_step_text(const JobReport& report, const BrokenStep& step)
{
  return fmt::format("breaks bisection: patch {}/{} '{}' does not build for "
                     "{}, {}, though the base and the whole series do: {}",
                     step.patch.number,
                     report.patches.size(),
                     printable(step.patch.subject, 200),
                     to_string(step.arch),
                     printable(step.kconfig),
                     printable(step.title, 200));
}

static const std::string& problem_of(const Cell& cell)
{
  return cell.signatures.empty() ? cell.title : cell.signatures.front();
}

static const Cell*
find_cell(const JobReport& report, const Cell& like, const std::string& kernel)
{
  const auto found = std::find_if(
      report.cells.begin(), report.cells.end(), [&](const Cell& cell) {
        return cell.kernel == kernel && cell.target == like.target &&
               cell.kconfig == like.kconfig && cell.workload == like.workload;
      });
  return found == report.cells.end() ? nullptr : &*found;
}

/// How likely all `failures` are among the base's runs, if each run is as
/// likely to fail as any other: C(base, failures) / C(base + series, failures).
static double chance(unsigned failures, unsigned base, unsigned series)
{
  double p = 1;
  for (unsigned i = 0; i < failures; ++i) {
    p *= (static_cast<double>(base) - i) /
         (static_cast<double>(base) + series - i);
  }
  return p;
}

static bool shows(const Cell& cell, const std::string& problem)
{
  return problem_of(cell) == problem ||
         std::find(cell.signatures.begin(), cell.signatures.end(), problem) !=
             cell.signatures.end();
}

/// Whether the tip shows it anywhere; a cell in which it fails in another way
/// says nothing of it, either.
static bool is_at_tip(const JobReport& report,
                      const std::string& tip,
                      const std::string& problem)
{
  return std::any_of(
      report.cells.begin(), report.cells.end(), [&](const Cell& cell) {
        return cell.kernel == tip && cell.failures > 0 && shows(cell, problem);
      });
}

static void add_cell(AbsentProblem& problem, const Cell& base, const Cell& tip)
{
  problem.where += (problem.where.empty() ? "" : ", ") + base.target + " " +
                   base.kconfig + " " + base.workload;
  problem.base_failures += base.failures;
  problem.base_observations += base.observations;
  problem.series_observations += tip.observations;
  problem.p *= chance(base.failures, base.observations, tip.observations);
}

std::vector<AbsentProblem> absent_problems(const JobReport& report)
{
  const auto tip = tip_kernel(report);
  std::vector<AbsentProblem> problems;
  std::vector<std::string> keys;
  for (const auto& base : report.cells) {
    if (base.kernel != "base" || base.failures == 0) {
      continue;
    }
    const auto* with = find_cell(report, base, tip);
    const auto& key = problem_of(base);
    if (with == nullptr || with->observations == 0 || with->failures > 0 ||
        with->verdict == Verdict::skip || is_at_tip(report, tip, key)) {
      continue;
    }
    const auto at = static_cast<std::size_t>(
        std::find(keys.begin(), keys.end(), key) - keys.begin());
    if (at == keys.size()) {
      keys.push_back(key);
      problems.push_back({});
      problems.back().title = base.title;
    }
    add_cell(problems[at], base, *with);
  }
  for (auto& problem : problems) {
    problem.is_mended =
        problem.p * static_cast<double>(problems.size()) <= tested_by_bound;
  }
  return problems;
}

bool offers_tested_by(const JobReport& report)
{
  const auto tip = tip_kernel(report);
  const bool has_own_failure = std::any_of(
      report.cells.begin(), report.cells.end(), [&](const Cell& cell) {
        return cell.kernel == tip && is_kernel_failure(cell.verdict) &&
               !cell.base_has_it;
      });
  const auto problems = absent_problems(report);
  return !has_own_failure &&
         std::any_of(problems.begin(), problems.end(), [](const auto& problem) {
           return problem.is_mended;
         });
}

std::string absent_problem_text(const AbsentProblem& problem)
{
  return fmt::format("without the series in {} of {} runs, with it in none of "
                     "{}: p = {:.2g}",
                     problem.base_failures,
                     problem.base_observations,
                     problem.series_observations,
                     problem.p);
}

std::vector<std::string> series_words(const JobReport& report)
{
  std::vector<std::string> words;
  for (const auto& step : broken_steps(report)) {
    words.push_back(broken_step_text(report, step));
  }
  for (const auto& problem : absent_problems(report)) {
    words.push_back(fmt::format("{}: {} ({}): {}",
                                problem.is_mended ? "mended" : "not seen again",
                                printable(problem.title, 200),
                                printable(problem.where, 400),
                                absent_problem_text(problem)));
  }
  if (offers_tested_by(report)) {
    words.push_back(fmt::format(
        "a Tested-by may be given: a problem of the base is implausible with "
        "the series (p at most {})",
        tested_by_bound));
  }
  return words;
}

} // namespace oopsfarm
