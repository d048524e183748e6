// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"
#include "report/table.h"

#include <filesystem>
#include <string>

namespace oopsfarm {

/// How the closing report looks.
struct Style
{
  Colour colour = Colour::no;
  /// The folder with a folder for each run, so that consoles can be named;
  /// "" leaves their paths out.
  std::filesystem::path runs;
};

/// A job's closing report: the table target × kernel × verdict × observations
/// × kills × time, a block for every failure (equal ones of several targets
/// share one), which kernels were built or reused, the notes, and one last
/// line with the sum. kconfig and workload are columns where the job has
/// several of them. Ends with a newline. Pure.
std::string text_table(const JobReport& report, const Style& style);

/// "base v6.1 (830b3c68c1fb)", "3 patches onto v6.1 (…), tip [3/3] mm: …" or
/// "patch 2/3 'mm: …' onto v6.1 (…)": what a cell's kernel is.
std::string under_test(const JobReport& report, const std::string& kernel);

} // namespace oopsfarm
