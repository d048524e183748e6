// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/crashes_report.h"

#include "base/strings.h"
#include "report/interval.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

namespace oopsfarm {

using Json = nlohmann::ordered_json;

/// Each value once, in the order of first sight.
static std::vector<std::string>
distinct(const CrashGroup& group,
         const std::function<std::string(const CrashPlace&)>& value)
{
  std::vector<std::string> found;
  for (const auto& place : group.places) {
    auto text = printable(value(place));
    if (!text.empty() &&
        std::find(found.begin(), found.end(), text) == found.end()) {
      found.push_back(std::move(text));
    }
  }
  return found;
}

static std::vector<std::string> targets_of(const CrashGroup& group)
{
  return distinct(group, [](const auto& place) { return place.target; });
}

static std::vector<std::string> workloads_of(const CrashGroup& group)
{
  return distinct(group, [](const auto& place) { return place.workload; });
}

static std::vector<std::string> series_of(const CrashGroup& group)
{
  return distinct(group, [](const auto& place) { return place.subject; });
}

/// " (name, bug, muted)", or "".
static std::string mark_text(const CrashMark& mark)
{
  std::vector<std::string> parts;
  if (!mark.name.empty()) {
    parts.push_back(printable(mark.name));
  }
  if (!mark.bug.empty()) {
    parts.push_back(printable(mark.bug));
  }
  if (mark.muted) {
    parts.emplace_back("muted");
  }
  return parts.empty() ? "" : " (" + join(parts, ", ") + ")";
}

static std::string
heading(const CrashGroup& group, const CrashMark& mark, Colour colour)
{
  return fmt::format("{}  {}{}\n",
                     tinted(printable(group.signature), Tint::faint, colour),
                     tinted(printable(group.title), Tint::bad, colour),
                     mark_text(mark));
}

/// Whose fault it may be, as far as the runs tell.
static std::string blame_text(const CrashGroup& group)
{
  return group.on_base ? "the base has it" : "series only";
}

static std::string seen_text(const CrashGroup& group)
{
  return fmt::format("{} of {} runs, {} to {}",
                     group.seen(),
                     group.runs(),
                     time_of_run(group.run_ids.front()),
                     time_of_run(group.run_ids.back()));
}

std::string crashes_text(const std::vector<CrashGroup>& groups,
                         const CrashMarks& marks,
                         bool all,
                         Colour colour)
{
  std::string text;
  std::size_t muted = 0;
  for (const auto& group : groups) {
    const auto mark = mark_of(marks, group.signature);
    if (mark.muted && !all) {
      ++muted;
      continue;
    }
    text += heading(group, mark, colour);
    text += fmt::format("    {}; {}; {}; {}\n",
                        seen_text(group),
                        join(targets_of(group), ", "),
                        join(workloads_of(group), ", "),
                        blame_text(group));
  }
  if (muted > 0) {
    text +=
        fmt::format("{} muted; `oopsfarm crashes --all` lists them\n", muted);
  }
  return text.empty() ? "no crash was seen yet\n" : text;
}

static std::string places_text(const CrashGroup& group, Colour colour)
{
  Table table(colour);
  table.column("target", Align::left);
  table.column("workload", Align::left);
  table.column("kconfig", Align::left);
  table.column("kernel", Align::left);
  table.column("seen", Align::right);
  table.column("rate [95%]", Align::left);
  for (const auto& place : group.places) {
    table.row(
        {printable(place.target),
         printable(place.workload),
         printable(place.kconfig),
         printable(place.kernel) + " " + printable(place.commit.substr(0, 12)),
         fmt::format("{}/{}", place.seen, place.runs),
         rate_text(static_cast<unsigned>(place.seen),
                   static_cast<unsigned>(place.runs))});
  }
  return table.text();
}

std::string crash_text(const CrashGroup& group,
                       const CrashMark& mark,
                       const std::string& excerpt,
                       Colour colour)
{
  auto text = heading(group, mark, colour);
  text += fmt::format("{}; {}\n", seen_text(group), blame_text(group));
  text +=
      "jobs: " + printable(join({group.jobs.begin(), group.jobs.end()}, ", ")) +
      "\n";
  for (const auto& subject : series_of(group)) {
    text += "series up to: " + subject + "\n";
  }
  text += "\n" + places_text(group, colour) + "\n";
  for (const auto& line : split(excerpt, '\n')) {
    text += line.empty() ? "" : "  " + printable(line) + "\n";
  }
  text += fmt::format("the newest: oopsfarm triage --stack {}\n",
                      group.run_ids.back());
  return text;
}

std::string crash_json(const CrashGroup& group, const CrashMark& mark)
{
  Json places = Json::array();
  for (const auto& place : group.places) {
    places.push_back({{"target", place.target},
                      {"workload", place.workload},
                      {"kconfig", place.kconfig},
                      {"kernel", place.kernel},
                      {"commit", place.commit},
                      {"subject", place.subject},
                      {"runs", place.runs},
                      {"seen", place.seen}});
  }
  const Json json = {{"kind", "crash"},
                     {"signature", group.signature},
                     {"title", group.title},
                     {"first_line", group.first_line},
                     {"first_seen", time_of_run(group.run_ids.front())},
                     {"last_seen", time_of_run(group.run_ids.back())},
                     {"runs", group.runs()},
                     {"seen", group.seen()},
                     {"on_base", group.on_base},
                     {"jobs", group.jobs},
                     {"targets", targets_of(group)},
                     {"workloads", workloads_of(group)},
                     {"series", series_of(group)},
                     {"places", places},
                     {"run_ids", group.run_ids},
                     {"name", mark.name},
                     {"bug", mark.bug},
                     {"muted", mark.muted}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace oopsfarm
