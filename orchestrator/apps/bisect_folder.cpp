// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/bisect_folder.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"
#include "model/json_reader.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <vector>

namespace oopsfarm {

namespace fs = std::filesystem;

std::string to_json(const BisectHead& head)
{
  using Json = nlohmann::ordered_json;
  Json json = {{"kind", "bisection-journal"},
               {"version", 1},
               {"git_dir", head.git_dir.string()},
               {"good", head.good},
               {"bad", head.bad},
               {"run", head.run},
               {"build", head.build},
               {"signature", head.signature}};
  if (head.is_reverse) {
    json["fixed"] = true;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<BisectHead> parse_bisect_head(std::string_view line)
{
  TRY_ASSIGN(auto in, JsonReader::parse(line));
  BisectHead head;
  in.constant("kind", "bisection-journal");
  in.version(1);
  in.path("git_dir", head.git_dir);
  in.text("good", head.good);
  in.text("bad", head.bad);
  in.text("run", head.run);
  in.text("build", head.build);
  in.text("signature", head.signature);
  if (in.has("fixed")) {
    in.flag("fixed", head.is_reverse);
  }
  TRY(in.finish());
  return head;
}

fs::path bisect_folder(const StatePaths& state, const BisectHead& head)
{
  constexpr std::size_t length = 12;
  return state.bisections() / sha256_hex(to_json(head)).substr(0, length);
}

Result<fs::path> find_bisection(const StatePaths& state, const std::string& id)
{
  std::error_code error;
  std::vector<fs::path> found;
  std::optional<fs::file_time_type> newest;
  for (const auto& entry : fs::directory_iterator(state.bisections(), error)) {
    std::error_code missing;
    const auto time =
        fs::last_write_time(entry.path() / "journal.jsonl", missing);
    const auto name = entry.path().filename().string();
    if (missing || (!id.empty() && !name.starts_with(id))) {
      continue;
    }
    if (!id.empty()) {
      found.push_back(entry.path());
    } else if (!newest || time > *newest) {
      newest = time;
      found = {entry.path()};
    }
  }
  if (found.empty()) {
    return user_error(id.empty()
                          ? std::string("there is no bisection yet; begin one "
                                        "with `oopsfarm bisect --good A --bad "
                                        "B --run CMD`")
                          : fmt::format("no bisection '{}' in {}",
                                        printable(id, 80),
                                        state.bisections().string()));
  }
  if (found.size() > 1) {
    return user_error(fmt::format("'{}' is the beginning of several bisections",
                                  printable(id, 80)));
  }
  return found.front();
}

Result<Repository> open_repository(const fs::path& path,
                                   ProcessRunner& processes,
                                   const Stop& stop)
{
  std::error_code error;
  const auto whole = fs::canonical(path, error);
  if (error) {
    return user_error(
        fmt::format("--repo {}: {}", path.string(), error.message()));
  }
  const Git git(processes, stop);
  GitCall call;
  call.args = {"-C",
               whole.string(),
               "rev-parse",
               "--path-format=absolute",
               "--git-common-dir"};
  TRY_ASSIGN(const auto asked, git.run(call));
  if (!asked.ok()) {
    return user_error(
        fmt::format("--repo {}: {}", path.string(), git_words(asked)));
  }
  return Repository::open(
      fs::path(std::string(trim(asked.out))), processes, stop);
}

Result<Case> make_case(const BisectHead& head,
                       const Repository& repository,
                       double confidence)
{
  CaseSetup setup;
  if (head.is_reverse) {
    TRY_ASSIGN(setup.range,
               read_reverse_range(repository, head.bad, head.good));
  } else {
    TRY_ASSIGN(setup.range, read_range(repository, head.good, head.bad));
  }
  if (!setup.range.is_descent) {
    log::warning("neither end is an ancestor of the other: what the older one "
                 "has and the newer one has not is not looked at");
  }
  setup.confidence = confidence;
  return Case::make(std::move(setup));
}

} // namespace oopsfarm
