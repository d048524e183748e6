// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// A patch after which the tree does not build, though the base and the whole
/// series do: who bisects anything will land there.
struct BrokenStep
{
  PatchInfo patch;
  Arch arch = Arch::x86_64;
  std::string kconfig;
  std::string title; ///< the build's
};

/// Of a job that built every patch (`test: each-patch`); else none. Pure.
std::vector<BrokenStep> broken_steps(const JobReport& report);

/// Whether the job built its patches one by one: else nothing is known of
/// broken steps. Pure.
bool builds_each_patch(const JobReport& report);

/// "breaks bisection: patch 2/3 'mm: …' does not build for …": one line,
/// printable.
std::string broken_step_text(const JobReport& report, const BrokenStep& step);

/// A Tested-by is offered for a problem whose absence with the series has at
/// most this probability if the series had changed nothing, over all problems
/// of the report (Bonferroni).
inline constexpr double tested_by_bound = 0.01;

/// A problem that the base of the job showed, and its series did not.
struct AbsentProblem
{
  std::string title;
  std::string where; ///< "x86_64 mm-debug memcg", several joined by ", "
  unsigned base_failures = 0;
  unsigned base_observations = 0;
  unsigned series_observations = 0;
  /// How likely the failures are all to fall on the base's runs if they fall
  /// on any alike (Fisher's exact test, one-sided, the product over cells).
  double p = 1;
  bool is_mended = false; ///< p is low enough for tested_by_bound
};

/// The problems of the base that the tip of the series does not show anywhere.
/// A problem is a signature (a title where a failure has none). Pure.
std::vector<AbsentProblem> absent_problems(const JobReport& report);

/// Whether to offer a Tested-by: a problem is mended, and the series has no
/// failure of its own. Pure.
bool offers_tested_by(const JobReport& report);

/// "without the series in 5 of 5 runs, with it in none of 6: p = 0.0022".
std::string absent_problem_text(const AbsentProblem& problem);

/// What is to be said of the series as a whole: broken steps, absent problems,
/// and whether a Tested-by may be given. One sentence a line, printable. Pure.
std::vector<std::string> series_words(const JobReport& report);

/// The cells' name of the kernel with the whole series: "series" or "patch N";
/// "" without patches. Pure.
std::string tip_kernel(const JobReport& report);

} // namespace oopsfarm
