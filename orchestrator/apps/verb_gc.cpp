// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/environment.h"
#include "apps/terminal.h"
#include "apps/verbs.h"
#include "base/units.h"
#include "report/table.h"
#include "sweep/sweep.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>

namespace oopsfarm {

using Clock = std::chrono::system_clock;
using Json = nlohmann::ordered_json;

/// The options', else farm.yaml's.
static Result<SweepLimits> limits_of(const GcRequest& request,
                                     const FarmConfig& config)
{
  SweepLimits limits;
  limits.max_age = config.gc_max_age;
  limits.max_bytes = config.gc_max_size;
  if (!request.max_age.empty()) {
    TRY_ASSIGN(const auto age, parse_duration(request.max_age));
    limits.max_age = std::chrono::duration_cast<std::chrono::seconds>(age);
  }
  if (!request.max_size.empty()) {
    TRY_ASSIGN(limits.max_bytes, parse_size(request.max_size));
  }
  if (!limits.max_age && !limits.max_bytes) {
    return user_error("what may go? Say --max-age 30d or --max-size 100G, or "
                      "set gc_max_age or gc_max_size in farm.yaml");
  }
  return limits;
}

static std::string json_of(const KeptItem& item)
{
  const Json json = {{"kind", "gc"},
                     {"what", to_string(item.kind)},
                     {"path", item.path.string()},
                     {"bytes", item.bytes},
                     {"used_ms",
                      std::chrono::duration_cast<std::chrono::milliseconds>(
                          item.used.time_since_epoch())
                          .count()}};
  return json.dump() + "\n";
}

/// One line a kind: what there is, and what goes.
static std::string table_of(const std::vector<KeptItem>& all,
                            const std::vector<KeptItem>& go,
                            Colour colour)
{
  struct Sum
  {
    std::size_t items = 0;
    std::uint64_t bytes = 0;
    std::size_t gone = 0;
    std::uint64_t gone_bytes = 0;
    std::size_t needed = 0;
  };

  std::map<KeptKind, Sum> sums;
  for (const auto& item : all) {
    auto& sum = sums[item.kind];
    ++sum.items;
    sum.bytes += item.bytes;
    sum.needed += item.references > 0 ? 1 : 0;
  }
  for (const auto& item : go) {
    ++sums[item.kind].gone;
    sums[item.kind].gone_bytes += item.bytes;
  }
  Table table(colour);
  table.column("what", Align::left);
  for (const auto* column : {"there", "size", "for crashes", "go", "size"}) {
    table.column(column, Align::right);
  }
  for (const auto& [kind, sum] : sums) {
    table.row({to_string(kind),
               std::to_string(sum.items),
               format_size(sum.bytes),
               std::to_string(sum.needed),
               std::to_string(sum.gone),
               format_size(sum.gone_bytes)});
  }
  return table.text();
}

Result<int> gc_verb(const GcRequest& request, const Context& context)
{
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  TRY_ASSIGN(const auto config, load_config(context.options, state));
  TRY_ASSIGN(const auto limits, limits_of(request, config));
  std::optional<FileLock> lock;
  if (!request.dry_run) {
    TRY_ASSIGN(lock, claim_state(state));
  }
  TRY_ASSIGN(const auto all, survey(state, context.stop));
  const auto go = choose(all, limits, Clock::now());
  if (!request.dry_run) {
    const auto is_needed = [](const KeptItem&) { return false; };
    TRY(take_out(state, go, is_needed));
    TRY(empty_trash(state));
  }
  if (context.options.output == Output::json) {
    for (const auto& item : go) {
      TRY(put_result(json_of(item)));
    }
    return 0;
  }
  TRY(put_result(
      table_of(all, go, use_colour(context.options.colour, STDOUT_FILENO))));
  return 0;
}

} // namespace oopsfarm
