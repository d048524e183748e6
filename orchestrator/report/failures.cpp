// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/failures.h"

#include "base/id.h"
#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace oopsfarm {

static constexpr std::size_t max_detail_lines = 30;
static constexpr std::size_t max_runs = 3;

/// Cells that failed alike. The pointers are into the report.
struct FailureGroup
{
  std::vector<const Cell*> cells;
};

static bool is_failure(const Cell& cell)
{
  return is_kernel_failure(cell.verdict) || cell.verdict == Verdict::infra;
}

static bool are_alike(const Cell& a, const Cell& b)
{
  const auto key = [](const Cell& c) {
    return std::tie(
        c.verdict, c.kernel, c.kconfig, c.title, c.first_line, c.detail);
  };
  return key(a) == key(b) && (a.run_ids.empty() || a.workload == b.workload);
}

static std::vector<FailureGroup> group_failures(const JobReport& report)
{
  std::vector<FailureGroup> groups;
  for (const auto& cell : report.cells) {
    if (!is_failure(cell)) {
      continue;
    }
    const auto group =
        std::find_if(groups.begin(), groups.end(), [&](const FailureGroup& g) {
          return are_alike(*g.cells.front(), cell);
        });
    if (group == groups.end()) {
      groups.push_back({{&cell}});
    } else {
      group->cells.push_back(&cell);
    }
  }
  return groups;
}

/// Names in their first order, each once.
static std::string names_of(const FailureGroup& group, std::string Cell::*field)
{
  std::vector<std::string> names;
  for (const auto* cell : group.cells) {
    const auto name = printable(cell->*field);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  }
  return join(names, ", ");
}

/// What went wrong in more words: the cell's own, else what its build said.
static std::string detail_of(const JobReport& report, const Cell& cell)
{
  if (!cell.detail.empty() || cell.verdict != Verdict::build_failed) {
    return cell.detail;
  }
  for (const auto& build : report.builds) {
    if (build.kernel == cell.kernel && build.kconfig == cell.kconfig &&
        build.outcome.verdict == Verdict::build_failed) {
      return build.outcome.detail;
    }
  }
  return "";
}

static std::string detail_text(const std::string& detail)
{
  std::string text;
  const auto lines = split_lines(detail);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == max_detail_lines) {
      text += fmt::format("    ({} more lines)\n", lines.size() - i);
      break;
    }
    text += "    " + printable(lines[i]) + "\n";
  }
  return text;
}

static std::string runs_text(const FailureGroup& group, const Style& style)
{
  std::string text;
  std::size_t shown = 0;
  std::size_t hidden = 0;
  for (const auto* cell : group.cells) {
    for (const auto& id : cell->run_ids) {
      if (shown == max_runs) {
        ++hidden;
        continue;
      }
      ++shown;
      text += "  run " + printable(id);
      if (!style.runs.empty()) {
        text += ": " + printable((style.runs / id / "console.log").string());
      }
      text += "\n";
    }
  }
  if (hidden > 0) {
    text += fmt::format("  and {} more runs (--json has their ids)\n", hidden);
  }
  return text;
}

/// How to see it again without the farm.
static std::string reproducer_text(const Cell& cell)
{
  return !is_id(cell.run_id) || !is_kernel_failure(cell.verdict)
             ? ""
             : "  to see it again with QEMU alone: oopsfarm reproducer " +
                   cell.run_id + "\n";
}

/// The likeliest patches, and why.
static std::string suspects_text(const JobReport& report, const Cell& cell)
{
  constexpr std::size_t shown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, cell.suspects.size()); ++i) {
    const auto& suspect = cell.suspects[i];
    text += fmt::format("  suspect, {:.0f}%: patch {}/{} '{}': {}\n",
                        suspect.probability * 100,
                        suspect.patch.number,
                        report.patches.size(),
                        printable(suspect.patch.subject, 200),
                        printable(join(suspect.reasons, "; "), 400));
  }
  return text;
}

static std::string group_text(const JobReport& report,
                              const FailureGroup& group,
                              const Style& style)
{
  const auto& cell = *group.cells.front();
  const auto tint = cell.verdict == Verdict::infra ? Tint::warn : Tint::bad;
  auto text = tinted(to_string(cell.verdict), tint, style.colour) + " " +
              names_of(group, &Cell::target) + ", " + printable(cell.kernel) +
              ", " + printable(cell.kconfig);
  const auto workloads = names_of(group, &Cell::workload);
  text += (workloads.empty() ? "" : ", " + workloads) + "\n";
  if (!cell.title.empty()) {
    text +=
        "  " + tinted(printable(cell.title), Tint::strong, style.colour) + "\n";
  }
  const auto detail = detail_of(report, cell);
  // An excerpt shows its own first line.
  if (!cell.first_line.empty() && cell.first_line != cell.title &&
      !detail.starts_with(cell.first_line)) {
    text += "  > " + printable(cell.first_line) + "\n";
  }
  text += detail_text(detail);
  text += "  under test: " + under_test(report, cell.kernel) + "\n";
  text += cell.base_has_it ? "  the base has it, too: no fault of the series\n"
                           : "";
  text += suspects_text(report, cell);
  return text + runs_text(group, style) + reproducer_text(cell);
}

std::string failures_text(const JobReport& report, const Style& style)
{
  std::string text;
  for (const auto& group : group_failures(report)) {
    text += "\n" + group_text(report, group, style);
  }
  return text;
}

} // namespace oopsfarm
