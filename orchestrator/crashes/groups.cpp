// SPDX-License-Identifier: GPL-2.0-or-later
#include "crashes/groups.h"

#include "base/id.h"
#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace oopsfarm {

std::uint64_t CrashGroup::runs() const
{
  return std::accumulate(
      places.begin(),
      places.end(),
      std::uint64_t{0},
      [](auto sum, const CrashPlace& place) { return sum + place.runs; });
}

std::uint64_t CrashGroup::seen() const
{
  return std::accumulate(
      places.begin(),
      places.end(),
      std::uint64_t{0},
      [](auto sum, const CrashPlace& place) { return sum + place.seen; });
}

static bool is_evidence(const RunRecord& record)
{
  return record.verdict != Verdict::infra && record.verdict != Verdict::skip;
}

/// What makes two runs observations of one thing.
using PlaceKey = std::tuple<std::string, std::string, std::string>;

static PlaceKey place_key(const RunRecord& record)
{
  return {record.kernel_key, record.target, record.workload};
}

namespace {

/// Builds the groups from one pass over the records.
class Grouper
{
public:
  explicit Grouper(const std::vector<RunRecord>& records)
  {
    for (const auto& record : records) {
      if (is_evidence(record)) {
        ++observed_[place_key(record)];
      }
    }
  }

  void take(const RunRecord& record)
  {
    for (const auto& sighting : record.sightings) {
      auto& group = groups_[sighting.signature];
      group.signature = sighting.signature;
      group.title = sighting.title;
      group.first_line = sighting.first_line;
      group.run_ids.push_back(record.run_id);
      group.jobs.insert(record.origin.job);
      group.on_base = group.on_base || record.origin.kernel == "base";
      ++place_of(group, record).seen;
    }
  }

  std::vector<CrashGroup> groups() const
  {
    std::vector<CrashGroup> all;
    for (const auto& [signature, group] : groups_) {
      all.push_back(group);
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return a.run_ids.back() > b.run_ids.back();
    });
    return all;
  }

private:
  CrashPlace& place_of(CrashGroup& group, const RunRecord& record)
  {
    const auto key = std::pair(group.signature, place_key(record));
    const auto [entry, added] = places_.emplace(key, group.places.size());
    if (added) {
      CrashPlace place;
      place.target = record.target;
      place.workload = record.workload;
      place.kconfig = record.origin.kconfig;
      place.kernel = record.origin.kernel;
      place.commit = record.origin.commit;
      place.subject = record.origin.subject;
      place.runs = observed_.at(place_key(record));
      group.places.push_back(std::move(place));
    }
    return group.places[entry->second];
  }

  std::map<PlaceKey, std::uint64_t> observed_;
  std::map<std::string, CrashGroup> groups_;
  std::map<std::pair<std::string, PlaceKey>, std::size_t> places_;
};

} // namespace

std::vector<CrashGroup> group_crashes(const std::vector<RunRecord>& records)
{
  Grouper grouper(records);
  for (const auto& record : records) {
    if (is_evidence(record)) {
      grouper.take(record);
    }
  }
  return grouper.groups();
}

Result<const CrashGroup*> find_group(const std::vector<CrashGroup>& groups,
                                     const std::string& prefix)
{
  constexpr std::size_t shown = 3;
  std::vector<const CrashGroup*> found;
  for (const auto& group : groups) {
    if (!prefix.empty() && group.signature.starts_with(prefix)) {
      found.push_back(&group);
    }
  }
  if (found.size() == 1) {
    return found.front();
  }
  std::vector<std::string> names;
  const auto name = [&](const CrashGroup& group) {
    if (names.size() < shown) {
      names.push_back(group.signature + " (" + printable(group.title) + ")");
    }
  };
  if (found.empty()) {
    std::for_each(groups.begin(), groups.end(), name);
    return user_error(
        fmt::format("no crash has the signature '{}'{}",
                    printable(prefix, 40),
                    names.empty() ? "" : "; the newest: " + join(names, ", ")));
  }
  for (const auto* group : found) {
    name(*group);
  }
  return user_error(fmt::format("{} signatures begin with '{}': {}",
                                found.size(),
                                printable(prefix, 40),
                                join(names, ", ")));
}

std::string time_of_run(const std::string& run_id)
{
  if (!is_id(run_id)) {
    return "?";
  }
  const std::string_view id = run_id; // 20261121T101500-3fa9c2
  return fmt::format("{}-{}-{} {}:{}",
                     id.substr(0, 4),
                     id.substr(4, 2),
                     id.substr(6, 2),
                     id.substr(9, 2),
                     id.substr(11, 2));
}

} // namespace oopsfarm
