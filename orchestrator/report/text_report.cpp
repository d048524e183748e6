// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/text_report.h"

#include "base/strings.h"
#include "base/units.h"
#include "report/bisections.h"
#include "report/cell_labels.h"
#include "report/failures.h"
#include "report/interval.h"
#include "report/results.h"
#include "report/series_words.h"
#include "report/teardown.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

static Tint tint_of(Verdict verdict)
{
  if (verdict == Verdict::pass) {
    return Tint::good;
  }
  return is_kernel_failure(verdict) ? Tint::bad : Tint::warn;
}

/// "3", "1/3  33% [6–79]", and the runs that were no evidence.
static std::string observations_text(const Cell& cell)
{
  auto text = std::to_string(cell.observations);
  if (cell.failures > 0 && cell.observations > 1) {
    text = fmt::format("{}/{} {}",
                       cell.failures,
                       cell.observations,
                       rate_text(cell.failures, cell.observations));
  }
  if (cell.infra_failures > 0) {
    text += fmt::format(" (+{} infra)", cell.infra_failures);
  }
  return text;
}

/// "job oom-fix: 3 patches onto v6.1 (…), tip …; memcg on mm-debug".
static std::string heading(const JobReport& report)
{
  auto text = printable(report.job) + ": " +
              under_test(report, report.patches.empty() ? "base" : "series");
  const auto workload = common_value(report, &Cell::workload);
  const auto kconfig = common_value(report, &Cell::kconfig);
  if (!workload.empty()) {
    text += "\nworkload " + printable(workload);
  }
  if (!kconfig.empty()) {
    text +=
        (workload.empty() ? "\n" : ", ") + ("kconfig " + printable(kconfig));
  }
  return text + "\n\n";
}

static std::string cells_text(const JobReport& report, Colour colour)
{
  const CellLabels labels(report);
  Table table(colour);
  labels.add_columns(table);
  table.column("verdict", Align::left);
  table.column("observations", Align::left);
  table.column("kills", Align::right);
  table.column("time", Align::right);
  for (const auto& cell : report.cells) {
    auto fields = labels.fields(cell);
    std::vector<Tint> tints(fields.size(), Tint::none);
    tints.push_back(tint_of(cell.verdict));
    const bool has_run = cell.observations + cell.infra_failures > 0;
    fields.emplace_back(to_string(cell.verdict));
    fields.push_back(observations_text(cell));
    fields.push_back(has_run ? std::to_string(cell.kills) : "-");
    fields.push_back(has_run ? format_duration(cell.time) : "-");
    table.row(std::move(fields), std::move(tints));
  }
  return table.text();
}

static const char* plural(std::size_t count)
{
  return count == 1 ? "" : "s";
}

/// "kernels: 3 reused, 1 built in 25 s (312 objects)".
static std::string builds_text(const JobReport& report)
{
  std::size_t reused = 0;
  std::size_t built = 0;
  std::size_t failed = 0;
  std::uint64_t objects = 0;
  std::chrono::milliseconds time{0};
  for (const auto& build : report.builds) {
    if (build.kconfig == "kselftest") {
      continue; // programs, not a kernel
    }
    if (build.outcome.verdict != Verdict::pass) {
      ++failed;
    } else if (build.reused) {
      ++reused;
    } else {
      ++built;
      objects += build.outcome.objects;
      time += build.outcome.time;
    }
  }
  std::vector<std::string> parts;
  if (reused > 0) {
    parts.push_back(fmt::format("{} reused", reused));
  }
  if (built > 0) {
    parts.push_back(fmt::format("{} built in {} ({} object{})",
                                built,
                                format_duration(time),
                                objects,
                                plural(objects)));
  }
  if (failed > 0) {
    parts.push_back(fmt::format("{} not built", failed));
  }
  return parts.empty() ? "" : "kernels: " + join(parts, ", ") + "\n";
}

/// "6 cells: 4 passed, 1 failed, 1 without evidence; 3 m 12 s".
static std::string sum_text(const JobReport& report, Colour colour)
{
  const auto count = [&](auto&& wanted) {
    return std::count_if(
        report.cells.begin(), report.cells.end(), [&](const Cell& cell) {
          return wanted(cell.verdict);
        });
  };
  const auto passed = count([](Verdict v) { return v == Verdict::pass; });
  const auto failed = count(is_kernel_failure);
  const auto skipped = count([](Verdict v) { return v == Verdict::skip; });
  const auto infra = count([](Verdict v) { return v == Verdict::infra; });
  std::vector<std::string> parts;
  parts.push_back(fmt::format("{} passed", passed));
  if (failed > 0) {
    parts.push_back(
        tinted(fmt::format("{} failed", failed), Tint::bad, colour));
  }
  if (skipped > 0) {
    parts.push_back(fmt::format("{} skipped", skipped));
  }
  if (infra > 0) {
    parts.push_back(
        tinted(fmt::format("{} without evidence", infra), Tint::warn, colour));
  }
  return fmt::format("{} cell{}: {}; {}\n",
                     report.cells.size(),
                     plural(report.cells.size()),
                     join(parts, ", "),
                     format_duration(report.time));
}

std::string text_table(const JobReport& report, const Style& style)
{
  auto text = heading(report);
  text += cells_text(report, style.colour);
  text += teardown_text(report, style.colour);
  text += results_text(report, style.colour);
  text += failures_text(report, style);
  text += bisections_text(report, style.colour);
  const auto words = series_words(report);
  text += words.empty() ? "" : "\n" + join(words, "\n") + "\n";
  text += "\n" + builds_text(report);
  for (const auto& note : report.notes) {
    text += "note: " + printable(note) + "\n";
  }
  return text + sum_text(report, style.colour);
}

} // namespace oopsfarm
