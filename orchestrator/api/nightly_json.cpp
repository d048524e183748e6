// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/nightly_json.h"

#include "nightly/text.h"
#include "schedule/schedule.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace oopsfarm {

using Json = nlohmann::ordered_json;

static std::string line(const Json& json)
{
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

static Json bisections_of(const std::vector<StoredBisection>& bisections)
{
  auto list = Json::array();
  for (const auto& each : bisections) {
    list.push_back({{"state", each.state},
                    {"title", each.title},
                    {"signature", each.signature},
                    {"tree", each.tree},
                    {"good", each.good},
                    {"bad", each.bad},
                    {"target", each.target},
                    {"kconfig", each.kconfig},
                    {"workload", each.workload},
                    {"job", each.job},
                    {"result", each.result}});
  }
  return list;
}

static Json night_object(const StoredNight& night,
                         const std::vector<StoredBisection>& bisections)
{
  const auto comparison = parse_comparison(night.comparison);
  const char* state = night.state          ? to_string(*night.state)
                      : night.is_submitted ? "gone"
                                           : "fetching";
  return {{"kind", "night"},
          {"nightly", night.name},
          {"owner", night.owner},
          {"job", night.begun.job},
          {"day", night.begun.day},
          {"due_ms", night.begun.due.count()},
          {"asked", night.begun.is_asked},
          {"state", state},
          {"exit_code", night.exit_code},
          {"base_commit", night.base_commit},
          {"note", night.begun.note},
          {"error", night.error},
          {"summary", comparison ? comparison_summary(*comparison) : ""},
          {"worse", comparison && comparison->has_worse()},
          {"bisections", bisections_of(bisections)}};
}

std::string json_of(const StoredNight& night,
                    const std::vector<StoredBisection>& bisections)
{
  return line(night_object(night, bisections));
}

/// When it is due next, in ms since 1970 and for people.
static std::pair<std::int64_t, std::string>
next_of(const StoredNightly& nightly, WallTime now)
{
  const auto schedule = Schedule::parse(nightly.asked.schedule);
  if (!schedule) {
    return {0, schedule.error().message};
  }
  const auto after =
      std::chrono::floor<std::chrono::seconds>(std::max(now, nightly.settled));
  const auto next = schedule->next(Instant(after));
  return {WallTime(next.time_since_epoch()).count(), schedule->local(next)};
}

std::string json_of(const StoredNightly& nightly,
                    const std::optional<StoredNight>& last,
                    WallTime now)
{
  const auto& asked = nightly.asked;
  const auto [next_ms, next] = next_of(nightly, now);
  return line({{"kind", "nightly"},
               {"name", asked.name},
               {"owner", asked.owner},
               {"tree", asked.tree},
               {"base", asked.base},
               {"schedule", asked.schedule},
               {"priority", asked.priority},
               {"made_ms", nightly.made.count()},
               {"next_ms", next_ms},
               {"next", next},
               {"note", nightly.note},
               {"last", last ? night_object(*last, {}) : Json()}});
}

static NightView night_view_of(const Json& json)
{
  const auto text = [&](const char* key) {
    return json.at(key).get<std::string>();
  };
  NightView view;
  view.job = text("job");
  view.day = text("day");
  view.state = text("state");
  view.exit_code = json.at("exit_code").get<int>();
  view.base_commit = text("base_commit");
  view.note = text("note");
  view.error = text("error");
  view.summary = text("summary");
  view.is_worse = json.at("worse").get<bool>();
  for (const auto& each : json.at("bisections")) {
    const auto part = [&](const char* key) {
      return each.at(key).get<std::string>();
    };
    view.bisections.push_back(
        fmt::format("bisection {}: {}, {:.12}..{:.12}{}",
                    part("state"),
                    part("title"),
                    part("good"),
                    part("bad"),
                    part("result").empty() ? "" : "; " + part("result")));
  }
  return view;
}

static NightlyView nightly_view_of(const Json& json)
{
  const auto text = [&](const char* key) {
    return json.at(key).get<std::string>();
  };
  NightlyView view;
  view.name = text("name");
  view.owner = text("owner");
  view.tree = text("tree");
  view.schedule = text("schedule");
  view.next = text("next");
  view.note = text("note");
  if (!json.at("last").is_null()) {
    view.last = night_view_of(json.at("last"));
  }
  return view;
}

static Error not_ours(const nlohmann::json::exception& failure)
{
  return infra_error(std::string("the daemon's answer is not of this "
                                 "version's form: ") +
                     failure.what());
}

Result<NightView> parse_night_view(std::string_view line)
{
  try {
    return night_view_of(Json::parse(line));
  } catch (const nlohmann::json::exception& failure) {
    return not_ours(failure);
  }
}

Result<NightlyView> parse_nightly_view(std::string_view line)
{
  try {
    return nightly_view_of(Json::parse(line));
  } catch (const nlohmann::json::exception& failure) {
    return not_ours(failure);
  }
}

} // namespace oopsfarm
