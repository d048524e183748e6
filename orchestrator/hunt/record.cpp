// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/record.h"

#include "model/json_reader.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace oopsfarm {

static constexpr std::array<std::pair<Outcome, std::string_view>, 8> names{{
    {Outcome::crash, "crash"},
    {Outcome::pass, "pass"},
    {Outcome::infra, "infra"},
    {Outcome::boot_failed, "boot-failed"},
    {Outcome::unbuildable, "unbuildable"},
    {Outcome::told_good, "told-good"},
    {Outcome::told_bad, "told-bad"},
    {Outcome::told_skip, "told-skip"},
}};

std::string to_string(Outcome outcome)
{
  for (const auto& [value, name] : names) {
    if (value == outcome) {
      return std::string(name);
    }
  }
  return "?";
}

Result<Outcome> outcome_from(std::string_view text)
{
  for (const auto& [value, name] : names) {
    if (name == text) {
      return value;
    }
  }
  return user_error("unknown outcome");
}

std::string to_json(const Record& record)
{
  using Json = nlohmann::ordered_json;
  Json json = {{"kind", "observation"},
               {"number", record.number},
               {"commit", record.commit},
               {"channel", record.channel},
               {"outcome", to_string(record.outcome)},
               {"signature", record.signature},
               {"detail", record.detail},
               {"built", record.built},
               {"build_ms", record.build.count()},
               {"run_ms", record.run.count()}};
  for (const auto& face : record.also) {
    json["also"].push_back(
        {{"signature", face.signature}, {"title", face.title}});
  }
  if (!record.run_id.empty()) {
    json["run_id"] = record.run_id;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Record> parse_record(std::string_view line)
{
  TRY_ASSIGN(auto in, JsonReader::parse(line));
  Record record;
  in.constant("kind", "observation");
  in.number("number", record.number, 0, std::uint64_t{1} << 53);
  in.text("commit", record.commit);
  in.text("channel", record.channel);
  in.parsed("outcome", record.outcome, outcome_from);
  in.text("signature", record.signature);
  in.text("detail", record.detail);
  in.flag("built", record.built);
  in.milliseconds("build_ms", record.build);
  in.milliseconds("run_ms", record.run);
  if (in.has("also")) {
    in.objects("also", [&](JsonReader& item) {
      auto& face = record.also.emplace_back();
      item.text("signature", face.signature);
      item.text("title", face.title);
    });
  }
  if (in.has("run_id")) {
    in.text("run_id", record.run_id);
  }
  TRY(in.finish());
  return record;
}

} // namespace oopsfarm
