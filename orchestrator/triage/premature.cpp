// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/premature.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace oopsfarm {

/// A victim from its kill to its exit, on the guest's clock, microseconds.
struct Victim
{
  const OomKill* kill = nullptr;
  std::uint64_t killed_us = 0;
  std::uint64_t exit_us = 0;
};

/// Console and KTAP tell of the same kills in different orders; of the kills of
/// one pid, both have the older ones first.
static std::vector<Victim> timed_victims(const RunEvidence& evidence)
{
  std::map<std::uint64_t, std::vector<std::uint64_t>> teardowns;
  for (const auto& kill : evidence.ktap.kills) {
    teardowns[kill.pid].push_back(kill.teardown_us);
  }
  std::map<std::uint64_t, std::size_t> used;
  std::vector<Victim> victims;
  for (const auto& kill : evidence.oom.kills) {
    const auto& times = teardowns[kill.pid];
    const auto at = used[kill.pid]++;
    if (kill.time_us && at < times.size() && times[at] > 0) {
      victims.push_back({&kill, *kill.time_us, *kill.time_us + times[at]});
    }
  }
  return victims;
}

static bool
reaped_before(const OomReport& oom, const OomKill& victim, std::uint64_t line)
{
  return std::any_of(
      oom.reaps.begin(), oom.reaps.end(), [&](const OomReap& reap) {
        return reap.reaped && reap.pid == victim.pid &&
               reap.line > victim.line && reap.line < line;
      });
}

static std::optional<Finding> finding_of(const Victim& first,
                                         const OomKill& second)
{
  return Finding{
      "oom: premature victim",
      fmt::format("pid {} ({}) was killed in '{}' {} ms before pid {} ({}) was "
                  "gone, which nothing had reaped",
                  second.pid,
                  printable(second.comm, 64),
                  printable(second.oom_memcg, 128),
                  (first.exit_us - *second.time_us) / 1000,
                  first.kill->pid,
                  printable(first.kill->comm, 64)),
      ""};
}

/// How long a healthy kernel's victim may need from exit_mmap() to the exit
/// that its parent sees. A guest that gets a tenth of its host's CPUs needs ten
/// times as long.
static std::uint64_t exit_bound_us(const RunEvidence& evidence)
{
  constexpr double least_share = 0.05;
  const auto on_a_quiet_host = 1'000'000 + evidence.ktap.longest_gap_ms * 1000;
  const auto share = std::max(least_share, 1 - evidence.host_wait_peak);
  return static_cast<std::uint64_t>(static_cast<double>(on_a_quiet_host) /
                                    share);
}

std::optional<Finding> premature_victim(const RunEvidence& evidence)
{
  const auto& oom = evidence.oom;
  const bool all_known = oom.kill_count == oom.kills.size() &&
                         oom.reap_count == oom.reaps.size() &&
                         evidence.ktap.kill_count == evidence.ktap.kills.size();
  if (!all_known || evidence.console_cut) {
    return std::nullopt;
  }
  const auto bound = exit_bound_us(evidence);
  std::vector<Victim> going; // not seen to exit by the kill that is looked at
  auto next = timed_victims(evidence);
  std::reverse(next.begin(), next.end());
  for (const auto& second : oom.kills) {
    while (!next.empty() && next.back().kill->line < second.line) {
      going.push_back(next.back());
      next.pop_back();
    }
    if (!second.time_us || second.group_kill) {
      continue;
    }
    std::erase_if(going, [&](const Victim& v) {
      return v.exit_us <= *second.time_us + bound;
    });
    for (const auto& first : going) {
      if (first.kill->pid != second.pid &&
          first.kill->oom_memcg == second.oom_memcg &&
          !reaped_before(oom, *first.kill, second.line)) {
        return finding_of(first, second);
      }
    }
  }
  return std::nullopt;
}

} // namespace oopsfarm
