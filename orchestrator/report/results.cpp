// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/results.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace oopsfarm {

static constexpr std::size_t max_lines = 40;

static std::size_t count_if(const Cell& cell, unsigned TestCount::*field)
{
  return static_cast<std::size_t>(std::count_if(
      cell.results.begin(), cell.results.end(), [&](const TestCount& result) {
        return result.*field > 0;
      }));
}

/// "ok", "FAILED", "FAILED 1/3", "skipped".
static std::string end_text(const TestCount& result)
{
  const auto all = result.ok + result.failed + result.skipped;
  if (result.failed > 0) {
    return all > 1 ? fmt::format("FAILED {}/{}", result.failed, all) : "FAILED";
  }
  return result.skipped > 0 ? "skipped" : "ok";
}

static Tint tint_of(const TestCount& result)
{
  if (result.failed > 0) {
    return Tint::bad;
  }
  return result.skipped > 0 ? Tint::warn : Tint::good;
}

/// The results that are shown, in their order: what went wrong before all else
/// when not all of them are.
static std::vector<const TestCount*> shown_of(const Cell& cell)
{
  std::vector<const TestCount*> shown;
  for (const auto& result : cell.results) {
    shown.push_back(&result);
  }
  if (shown.size() > max_lines) {
    std::stable_partition(
        shown.begin(), shown.end(), [](const TestCount* result) {
          return result->failed > 0 || result->skipped > 0;
        });
    shown.resize(max_lines);
  }
  return shown;
}

static std::string cell_text(const Cell& cell, Colour colour)
{
  const auto failed = count_if(cell, &TestCount::failed);
  const auto skipped = count_if(cell, &TestCount::skipped);
  auto text = fmt::format("\n{} on {}, {}, {}: {} result{}",
                          printable(cell.workload),
                          printable(cell.target),
                          printable(cell.kernel),
                          printable(cell.kconfig),
                          cell.results.size(),
                          cell.results.size() == 1 ? "" : "s");
  text += failed > 0 ? fmt::format(", {} failed", failed) : "";
  text += skipped > 0 ? fmt::format(", {} skipped", skipped) : "";
  text += "\n";
  std::size_t width = 0;
  const auto shown = shown_of(cell);
  for (const auto* result : shown) {
    width = std::max(width, end_text(*result).size());
  }
  for (const auto* result : shown) {
    const auto end = end_text(*result);
    text += "  " + tinted(end, tint_of(*result), colour) +
            std::string(width - end.size() + 2, ' ') + printable(result->name);
    text += result->reason.empty() ? "" : " # " + printable(result->reason);
    text += "\n";
  }
  if (cell.results.size() > shown.size()) {
    text += fmt::format("  and {} more (--json has them)\n",
                        cell.results.size() - shown.size());
  }
  return text;
}

std::string results_text(const JobReport& report, Colour colour)
{
  std::string text;
  for (const auto& cell : report.cells) {
    if (!cell.results.empty()) {
      text += cell_text(cell, colour);
    }
  }
  return text;
}

} // namespace oopsfarm
