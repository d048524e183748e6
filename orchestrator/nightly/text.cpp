// SPDX-License-Identifier: GPL-2.0-or-later
#include "nightly/text.h"

#include "base/strings.h"
#include "base/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace oopsfarm {

static std::string plural(std::size_t count, const std::string& noun)
{
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

static std::string words_of(ChangeKind kind)
{
  return kind == ChangeKind::crash_back
             ? "crash is back"
             : replace_all(to_string(kind), "-", " ");
}

/// "x86_64 mm-debug memcg", and the kernel where it is not the base.
static std::string place_text(const Change& change)
{
  auto text = change.target + " ";
  if (change.kernel != "base") {
    text += change.kernel + " ";
  }
  text += change.kconfig;
  return printable(change.workload.empty() ? text
                                           : text + " " + change.workload);
}

static std::string rate_words(Rate rate)
{
  return fmt::format("{}/{}", rate.failed, rate.runs);
}

/// What was seen, and how it was before.
static std::string evidence_text(const Change& change)
{
  switch (change.kind) {
  case ChangeKind::build_broken:
  case ChangeKind::build_mended:
    return "";
  case ChangeKind::teardown_slower:
  case ChangeKind::teardown_faster:
    return fmt::format("median {}, {} before",
                       format_microseconds(change.after_us),
                       format_microseconds(change.before_us));
  default:
    return fmt::format("{} runs, {} before",
                       rate_words(change.after),
                       rate_words(change.before));
  }
}

static std::string commits_text(const Change& change)
{
  if (change.good.empty() || change.bad.empty()) {
    return "";
  }
  if (change.good == change.bad) {
    return fmt::format("the same commit as before, {:.12}", change.bad);
  }
  return fmt::format("commits {:.12}..{:.12}", change.good, change.bad);
}

static std::string change_text(const Change& change, const std::string& tonight)
{
  auto text =
      fmt::format("  {}: {}", words_of(change.kind), place_text(change));
  if (const auto seen = evidence_text(change); !seen.empty()) {
    text += ": " + seen;
  }
  if (change.since != tonight) {
    text += ", since " + change.since_day;
  }
  const bool is_tested = change.kind == ChangeKind::rate_up ||
                         change.kind == ChangeKind::rate_down ||
                         change.kind == ChangeKind::gone ||
                         change.kind == ChangeKind::teardown_slower ||
                         change.kind == ChangeKind::teardown_faster;
  if (is_tested) {
    text += fmt::format(" (by chance: {:.2g})", change.chance);
  }
  text += "\n";
  const auto line = [&](const std::string& what) {
    text += what.empty() ? "" : "    " + what + "\n";
  };
  line(printable(change.title));
  line(change.also.empty() ? "" : printable("also " + join(change.also, ", ")));
  line(change.run_id.empty() ? ""
                             : fmt::format("run {}, signature {}",
                                           printable(change.run_id),
                                           printable(change.signature)));
  line(commits_text(change));
  return text;
}

std::string comparison_text(const Comparison& comparison)
{
  if (comparison.nights == 0) {
    return "the first night: nothing to compare it with\n";
  }
  auto text = fmt::format(
      "compared with {} ({}, {:.12}){}: {}\n",
      comparison.before_day,
      comparison.before,
      comparison.before_commit,
      comparison.nights > 1
          ? " and " + plural(comparison.nights - 1, "night") + " before it"
          : "",
      comparison_summary(comparison));
  for (const auto& change : comparison.changes) {
    text += change_text(change, comparison.after);
  }
  if (comparison.after_commit == comparison.before_commit) {
    text += "  the tree has not moved since\n";
  }
  if (comparison.new_cells > 0) {
    text += fmt::format("  {} new: nothing to compare with\n",
                        plural(comparison.new_cells, "cell"));
  }
  if (comparison.lost_cells > 0) {
    text += fmt::format("  {} without evidence tonight: the farm's failure\n",
                        plural(comparison.lost_cells, "cell"));
  }
  return text;
}

static constexpr std::array all_kinds = {ChangeKind::new_crash,
                                         ChangeKind::crash_back,
                                         ChangeKind::rate_up,
                                         ChangeKind::build_broken,
                                         ChangeKind::boot_broken,
                                         ChangeKind::teardown_slower,
                                         ChangeKind::gone,
                                         ChangeKind::rate_down,
                                         ChangeKind::build_mended,
                                         ChangeKind::boot_mended,
                                         ChangeKind::teardown_faster};

std::string comparison_summary(const Comparison& comparison)
{
  if (comparison.nights == 0) {
    return "first night";
  }
  std::vector<std::string> parts;
  for (const auto kind : all_kinds) {
    const auto count = std::count_if(
        comparison.changes.begin(),
        comparison.changes.end(),
        [&](const Change& change) { return change.kind == kind; });
    if (count > 0) {
      parts.push_back(fmt::format("{} {}", count, words_of(kind)));
    }
  }
  if (!parts.empty()) {
    return join(parts, ", ");
  }
  return comparison.cells == 0
             ? "nothing ran that could be compared"
             : "nothing new in " + plural(comparison.cells, "cell");
}

} // namespace oopsfarm
