// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/job_json.h"

#include <nlohmann/json.hpp>

namespace oopsfarm {

using Json = nlohmann::ordered_json;

static Json json_of(const LiveJob& live)
{
  const auto now = std::chrono::steady_clock::now();
  auto work = Json::array();
  for (const auto& each : live.work) {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(now - each.since);
    work.push_back({{"label", each.label},
                    {"phase", each.phase},
                    {"done", each.done},
                    {"total", each.total},
                    {"unit", each.unit},
                    {"seconds", seconds.count()}});
  }
  return {{"note", live.note},
          {"builds", live.builds},
          {"built", live.built},
          {"runs", live.runs},
          {"ran", live.ran},
          {"failed", live.failed},
          {"work", work}};
}

std::string json_of(const StoredJob& job, const std::optional<LiveJob>& live)
{
  Json json = {{"kind", "job"},
               {"id", job.asked.id},
               {"name", job.asked.name},
               {"owner", job.asked.owner},
               {"priority", job.asked.priority},
               {"state", to_string(job.state)},
               {"cancel_wanted", job.cancel_wanted},
               {"base_commit", job.base_commit},
               {"submitted_ms", job.submitted.count()},
               {"begun_ms", job.begun.count()},
               {"ended_ms", job.ended.count()},
               {"exit_code", job.exit_code},
               {"error", job.error},
               {"runs", job.runs},
               {"failed_runs", job.failed_runs}};
  if (live) {
    json["live"] = json_of(*live);
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

static LiveJob live_of(const Json& json)
{
  LiveJob live;
  live.note = json.at("note").get<std::string>();
  live.builds = json.at("builds").get<std::size_t>();
  live.built = json.at("built").get<std::size_t>();
  live.runs = json.at("runs").get<std::size_t>();
  live.ran = json.at("ran").get<std::size_t>();
  live.failed = json.at("failed").get<std::size_t>();
  for (const auto& each : json.at("work")) {
    LiveWork work;
    work.label = each.at("label").get<std::string>();
    work.phase = each.at("phase").get<std::string>();
    work.done = each.at("done").get<std::uint64_t>();
    work.total = each.at("total").get<std::uint64_t>();
    work.unit = each.at("unit").get<std::string>();
    work.since = std::chrono::steady_clock::now() -
                 std::chrono::seconds(each.at("seconds").get<std::int64_t>());
    live.work.push_back(std::move(work));
  }
  return live;
}

static JobView view_of(const Json& json)
{
  JobView view;
  view.id = json.at("id").get<std::string>();
  view.name = json.at("name").get<std::string>();
  view.owner = json.at("owner").get<std::string>();
  view.state = json.at("state").get<std::string>();
  view.priority = json.at("priority").get<int>();
  view.submitted_ms = json.at("submitted_ms").get<std::int64_t>();
  view.begun_ms = json.at("begun_ms").get<std::int64_t>();
  view.ended_ms = json.at("ended_ms").get<std::int64_t>();
  view.exit_code = json.at("exit_code").get<int>();
  view.error = json.at("error").get<std::string>();
  view.runs = json.at("runs").get<std::size_t>();
  view.failed_runs = json.at("failed_runs").get<std::size_t>();
  view.cancel_wanted = json.at("cancel_wanted").get<bool>();
  if (json.contains("live")) {
    view.live = live_of(json.at("live"));
  }
  return view;
}

Result<JobView> parse_job_view(std::string_view line)
{
  try {
    return view_of(Json::parse(line));
  } catch (const nlohmann::json::exception& failure) {
    return infra_error(std::string("the daemon's answer is not of this "
                                   "version's form: ") +
                       failure.what());
  }
}

} // namespace oopsfarm
