// SPDX-License-Identifier: GPL-2.0-or-later
#include "nightly/night.h"

#include "model/json_reader.h"

#include <nlohmann/json.hpp>

namespace oopsfarm {

using Json = nlohmann::ordered_json;

static constexpr std::uint64_t max_runs = 1'000'000;

static Json crashes_of(const NightCell& cell)
{
  auto list = Json::array();
  for (const auto& crash : cell.crashes) {
    list.push_back({{"signature", crash.signature},
                    {"title", crash.title},
                    {"runs", crash.runs},
                    {"run_id", crash.run_id}});
  }
  return list;
}

std::string to_json(const Night& night)
{
  auto cells = Json::array();
  for (const auto& cell : night.cells) {
    cells.push_back({{"target", cell.target},
                     {"kernel", cell.kernel},
                     {"kconfig", cell.kconfig},
                     {"workload", cell.workload},
                     {"verdict", to_string(cell.verdict)},
                     {"title", cell.title},
                     {"observations", cell.observations},
                     {"unbooted", cell.unbooted},
                     {"crashes", crashes_of(cell)},
                     {"teardown_us", cell.teardown_us}});
  }
  const Json json = {{"kind", "night"},
                     {"version", 1},
                     {"job", night.job},
                     {"day", night.day},
                     {"tree", night.tree},
                     {"commit", night.commit},
                     {"cells", cells}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

static NightCell read_cell(JsonReader& reader)
{
  NightCell cell;
  reader.text("target", cell.target);
  reader.text("kernel", cell.kernel);
  reader.text("kconfig", cell.kconfig);
  reader.text("workload", cell.workload);
  reader.parsed("verdict", cell.verdict, parse_verdict);
  reader.text("title", cell.title);
  reader.number("observations", cell.observations, 0, max_runs);
  reader.number("unbooted", cell.unbooted, 0, max_runs);
  reader.objects("crashes", [&](JsonReader& each) {
    NightCrash crash;
    each.text("signature", crash.signature);
    each.text("title", crash.title);
    each.number("runs", crash.runs, 0, max_runs);
    each.text("run_id", crash.run_id);
    cell.crashes.push_back(std::move(crash));
  });
  reader.numbers("teardown_us", cell.teardown_us);
  return cell;
}

Result<Night> parse_night(std::string_view text)
{
  TRY_ASSIGN(auto reader, JsonReader::parse(text));
  Night night;
  reader.constant("kind", "night");
  reader.version(1);
  reader.text("job", night.job);
  reader.text("day", night.day);
  reader.text("tree", night.tree);
  reader.text("commit", night.commit);
  reader.objects("cells", [&](JsonReader& each) {
    night.cells.push_back(read_cell(each));
  });
  TRY(reader.finish());
  return night;
}

} // namespace oopsfarm
