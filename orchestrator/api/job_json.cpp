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

} // namespace oopsfarm
