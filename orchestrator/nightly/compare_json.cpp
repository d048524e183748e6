// SPDX-License-Identifier: GPL-2.0-or-later
#include "nightly/compare.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace oopsfarm {

using Json = nlohmann::ordered_json;

static Json json_of(const Rate& rate)
{
  return {{"failed", rate.failed}, {"runs", rate.runs}};
}

static Json json_of(const Change& change)
{
  return {{"change", to_string(change.kind)},
          {"worse", is_worse(change.kind)},
          {"target", change.target},
          {"kernel", change.kernel},
          {"kconfig", change.kconfig},
          {"workload", change.workload},
          {"also", change.also},
          {"signature", change.signature},
          {"title", change.title},
          {"before", json_of(change.before)},
          {"after", json_of(change.after)},
          {"before_us", change.before_us},
          {"after_us", change.after_us},
          {"chance", change.chance},
          {"since", change.since},
          {"since_day", change.since_day},
          {"run_id", change.run_id},
          {"good", change.good},
          {"bad", change.bad}};
}

std::string to_json(const Comparison& comparison)
{
  auto changes = Json::array();
  for (const auto& change : comparison.changes) {
    changes.push_back(json_of(change));
  }
  const Json json = {{"kind", "comparison"},
                     {"before", comparison.before},
                     {"before_day", comparison.before_day},
                     {"before_commit", comparison.before_commit},
                     {"after", comparison.after},
                     {"after_day", comparison.after_day},
                     {"after_commit", comparison.after_commit},
                     {"nights", comparison.nights},
                     {"cells", comparison.cells},
                     {"new_cells", comparison.new_cells},
                     {"lost_cells", comparison.lost_cells},
                     {"worse", comparison.has_worse()},
                     {"changes", changes}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

static Rate rate_of(const Json& json)
{
  return {json.at("failed").get<unsigned>(), json.at("runs").get<unsigned>()};
}

static Result<Change> change_of(const Json& json)
{
  const auto text = [&](const char* key) {
    return json.at(key).get<std::string>();
  };
  Change change;
  TRY_ASSIGN(change.kind, parse_change_kind(text("change")));
  change.target = text("target");
  change.kernel = text("kernel");
  change.kconfig = text("kconfig");
  change.workload = text("workload");
  change.also = json.at("also").get<std::vector<std::string>>();
  change.signature = text("signature");
  change.title = text("title");
  change.before = rate_of(json.at("before"));
  change.after = rate_of(json.at("after"));
  change.before_us = json.at("before_us").get<std::uint64_t>();
  change.after_us = json.at("after_us").get<std::uint64_t>();
  change.chance = json.at("chance").get<double>();
  change.since = text("since");
  change.since_day = text("since_day");
  change.run_id = text("run_id");
  change.good = text("good");
  change.bad = text("bad");
  return change;
}

static Result<Comparison> comparison_of(const Json& json)
{
  const auto text = [&](const char* key) {
    return json.at(key).get<std::string>();
  };
  Comparison comparison;
  comparison.before = text("before");
  comparison.before_day = text("before_day");
  comparison.before_commit = text("before_commit");
  comparison.after = text("after");
  comparison.after_day = text("after_day");
  comparison.after_commit = text("after_commit");
  comparison.nights = json.at("nights").get<std::size_t>();
  comparison.cells = json.at("cells").get<std::size_t>();
  comparison.new_cells = json.at("new_cells").get<std::size_t>();
  comparison.lost_cells = json.at("lost_cells").get<std::size_t>();
  for (const auto& each : json.at("changes")) {
    TRY_ASSIGN(auto change, change_of(each));
    comparison.changes.push_back(std::move(change));
  }
  return comparison;
}

Result<Comparison> parse_comparison(std::string_view text)
{
  try {
    return comparison_of(Json::parse(text));
  } catch (const nlohmann::json::exception& failure) {
    return user_error(fmt::format("no comparison: {}", failure.what()));
  }
}

} // namespace oopsfarm
