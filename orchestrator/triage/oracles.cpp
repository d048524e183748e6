// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/oracles.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>

namespace oopsfarm {

static std::optional<std::uint64_t> fact(const KtapReport& ktap,
                                         const std::string& key)
{
  const auto found = ktap.facts.find(key);
  if (found == ktap.facts.end()) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  const auto& text = found->second;
  const auto result =
      std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

static Finding finding(std::string title, std::string words)
{
  return Finding{std::move(title), std::move(words), ""};
}

std::vector<Finding> check_protocol(const KtapReport& ktap,
                                    const Workload& workload)
{
  std::vector<Finding> found;
  if (!ktap.version_seen) {
    found.push_back(finding("workload: no KTAP header",
                            "serial 1 never said 'KTAP version 1'"));
    return found;
  }
  if (ktap.protocol != 1) {
    found.push_back(finding("workload: unknown protocol",
                            "'# oopsfarm: 1' is missing or another number"));
  }
  if (ktap.workload != workload.name) {
    found.push_back(finding("workload: another workload ran",
                            fmt::format("asked for '{}', serial 1 says '{}'",
                                        workload.name,
                                        ktap.workload)));
  }
  if (ktap.bailed_out) {
    found.push_back(finding("workload: bailed out", *ktap.bailed_out));
  }
  for (const auto& problem : ktap.problems) {
    found.push_back(finding("workload: broken KTAP", problem));
  }
  if (!ktap.plan) {
    found.push_back(finding("workload: no plan", "'1..N' never came"));
  }
  if (!ktap.bye) {
    found.push_back(finding("workload: ended without a farewell",
                            "the guest ended, and '# bye' never came"));
  }
  return found;
}

/// The reaper tries for one second (mm/oom_kill.c, MAX_OOM_REAP_RETRIES), which
/// no parameter widens for an emulator. Where a virtual CPU waited for the host
/// during most of it, the lock's holder had no time to let go; that the victim
/// was gone soon after has to be seen, too.
ExcusedReaps excused_reaps(const RunEvidence& evidence)
{
  constexpr double most = 0.5;
  constexpr std::uint64_t soon_us = 20'000'000;
  ExcusedReaps excused;
  std::size_t index = 0;
  for (const auto& reap : evidence.oom.reaps) {
    if (reap.reaped) {
      continue;
    }
    const auto& waits = evidence.reaper_host_waits;
    const bool held_up = index < waits.size() && waits[index] >= most;
    ++index;
    const auto& kills = evidence.ktap.kills;
    const bool gone =
        std::any_of(kills.begin(), kills.end(), [&](const KtapKill& kill) {
          return kill.pid == reap.pid && kill.teardown_us > 0 &&
                 kill.teardown_us < soon_us;
        });
    if (held_up && gone) {
      excused.insert(&reap);
    }
  }
  return excused;
}

/// Pids that the kernel reaped more often than it killed them. Lines may be
/// missing from a console that was cut, kills never are otherwise: mm's
/// __oom_kill_process prints without a rate limit.
static void check_reaper(const RunEvidence& evidence,
                         const ExcusedReaps& excused,
                         std::vector<Finding>& found)
{
  const auto& oom = evidence.oom;
  if (oom.unable_to_reap > excused.size()) {
    std::string who = "?";
    for (const auto& reap : oom.reaps) {
      if (!reap.reaped && excused.count(&reap) == 0) {
        who = fmt::format("pid {} ({})", reap.pid, printable(reap.comm, 64));
        break;
      }
    }
    found.push_back(finding("oom: unable to reap",
                            fmt::format("oom_reaper: unable to reap {}", who)));
  }
  std::map<std::uint64_t, std::int64_t> balance;
  for (const auto& kill : oom.kills) {
    ++balance[kill.pid];
  }
  if (oom.kill_count != oom.kills.size()) {
    return;
  }
  for (const auto& reap : oom.reaps) {
    if (reap.reaped && balance.count(reap.pid) != 0 &&
        --balance[reap.pid] < 0) {
      found.push_back(
          finding("oom: victim reaped twice",
                  fmt::format("oom_reaper: reaped process {} ({}) again",
                              reap.pid,
                              printable(reap.comm, 64))));
      return;
    }
  }
}

/// Every victim on the console must be one of the workload's children that
/// init saw die of it. Where members ended in other ways too, the guest alone
/// can tell whose a PID was.
static void check_victims(const RunEvidence& evidence,
                          std::vector<Finding>& found)
{
  const auto& ktap = evidence.ktap;
  const bool all_known =
      ktap.kill_count > 0 && ktap.kill_count == ktap.kills.size();
  const bool others = fact(ktap, "cut_rounds").value_or(0) > 0 ||
                      fact(ktap, "odd_ends").value_or(0) > 0;
  if (!all_known || others || evidence.console_cut) {
    return;
  }
  std::set<std::uint64_t> members;
  for (const auto& kill : ktap.kills) {
    members.insert(kill.pid);
  }
  for (const auto& kill : evidence.oom.kills) {
    if (members.count(kill.pid) == 0) {
      found.push_back(
          finding("oom: victim outside the group",
                  fmt::format("the kernel killed pid {} ({}) of group '{}', "
                              "which is none of the workload's",
                              kill.pid,
                              printable(kill.comm, 64),
                              printable(kill.task_memcg, 128))));
      return;
    }
  }
}

/// `oom_kill_events` = `children_killed` + `repeated_kills` + `thread_kills`:
/// with memory.oom.group a victim that is still there is counted again, once a
/// group kill at most, and so is another thread of one whose leader is gone.
/// Without a whole kernel log the guest knows bounds only.
static void check_events(const KtapReport& ktap, std::vector<Finding>& found)
{
  const auto events = fact(ktap, "oom_kill_events");
  const auto children = fact(ktap, "children_killed");
  if (!events || !children) {
    return;
  }
  const auto repeated = fact(ktap, "repeated_kills").value_or(0);
  const auto threads = fact(ktap, "thread_kills").value_or(0);
  const auto groups = fact(ktap, "oom_group_kill_events").value_or(0);
  const auto procs = fact(ktap, "param.procs").value_or(1);
  const bool lost = fact(ktap, "kmsg_lost").value_or(0) > 0;
  const bool right =
      lost ? *events >= *children && *events - *children <= groups * (1 + procs)
           : *events == *children + repeated + threads && repeated <= groups &&
                 threads <= groups * procs;
  if (!right) {
    found.push_back(finding(
        "oom: kill count mismatch",
        fmt::format("memory.events counts {} OOM kills, init reaped {} killed "
                    "children, {} were killed again",
                    *events,
                    *children,
                    repeated + threads)));
  }
}

static void check_bystanders(const RunEvidence& evidence,
                             std::vector<Finding>& found)
{
  const auto bystanders = fact(evidence.ktap, "bystanders");
  const auto alive = fact(evidence.ktap, "bystanders_alive");
  if (bystanders && alive && *alive < *bystanders) {
    found.push_back(
        finding("oom: bystander killed",
                fmt::format("{} of {} bystanders outside the group lived on",
                            *alive,
                            *bystanders)));
  }
}

std::vector<Finding> check_oom(const RunEvidence& evidence,
                               const ExcusedReaps& excused)
{
  std::vector<Finding> found;
  if (!evidence.console_cut) {
    check_reaper(evidence, excused, found);
  }
  check_victims(evidence, found);
  check_events(evidence.ktap, found);
  check_bystanders(evidence, found);
  const auto gap = evidence.ktap.longest_gap_ms;
  const auto bound = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, evidence.heartbeat_bound.count()));
  if (bound > 0 && gap > bound) {
    found.push_back(finding(
        "oom: livelock",
        fmt::format("no heartbeat for {} ms of the guest's clock (bound {} ms)",
                    gap,
                    bound)));
  }
  return found;
}

/// The titles of results that more than one workload reports, by the words
/// that their names hold.
static std::string result_title(const KtapResult& result,
                                const Workload& workload)
{
  struct Known
  {
    std::string_view words;
    const char* title;
  };

  static constexpr Known known[] = {
      {"kills happened", "workload: exercised nothing"},
      {"memory was locked", "workload: exercised nothing"},
      {"huge pages were faulted in", "workload: exercised nothing"},
      {"huge pmds were split", "workload: exercised nothing"},
      {"released memory", "workload: exercised nothing"},
      {"mirrored memory was", "workload: exercised nothing"},
      {"used the segments", "workload: exercised nothing"},
      {"page tables were shared", "workload: exercised nothing"},
      {"hold what was written", "oom: memory corrupted"},
      {"visitors end well", "oom: bystander killed"},
      {"huge pages return", "oom: memory not released"},
      {"worst by badness", "oom: wrong victim"},
      {"unkillable process", "oom: unkillable process killed"},
      {"members only", "oom: victim outside the group"},
      {"end by the oom killer", "oom: member escaped the limit"},
      {"end by the kill", "oom: victim outlived the kill"},
      {"rounds end in time", "oom: no progress"},
      {"torn down", "oom: victim not torn down"},
      {"second victim", "oom: premature victim"},
      {"mirrors are told", "oom: notifier not called"},
      {"bystander", "oom: bystander killed"},
      {"one oom_score_adj", "oom: sharers differ in oom_score_adj"},
      {"vforked children", "oom: vforked child chosen"},
      {"sharers of an unkillable", "oom: sharer of an unkillable task killed"},
      {"sharers die", "oom: sharer survived the victim"},
      {"reaped once", "oom: victim reaped twice"},
      {"victims are reaped", "oom: victim not reaped"},
      {"errors are the documented", "mrelease: undocumented error"},
      {"count", "oom: kill count mismatch"},
      {"oom_kill", "oom: kill count mismatch"},
      {"memory released", "oom: memory not released"},
      {"memory is gone", "oom: memory not released"},
      {"memory falls", "oom: memory not released"},
      {"memory returns", "oom: memory not released"},
      {"memory.current", "oom: memory not released"},
  };
  for (const auto& entry : known) {
    if (result.name.find(entry.words) != std::string::npos) {
      return entry.title;
    }
  }
  return fmt::format("{}: {}",
                     workload.name,
                     result.name.empty() ? "unnamed result" : result.name);
}

std::vector<Finding> check_results(const KtapReport& ktap,
                                   const Workload& workload)
{
  constexpr std::size_t enough = 16;
  std::vector<Finding> found;
  for (const auto& result : ktap.results) {
    if (result.ok || result.skip || result.todo || found.size() == enough) {
      continue;
    }
    found.push_back(finding(result_title(result, workload),
                            fmt::format("not ok {} - {}{}{}",
                                        result.number,
                                        result.name,
                                        result.reason.empty() ? "" : " # ",
                                        result.reason)));
  }
  if (found.empty() && ktap.failures > 0) {
    found.push_back(finding(fmt::format("{}: failed", workload.name),
                            fmt::format("{} results failed", ktap.failures)));
  }
  return found;
}

bool exercised(const RunEvidence& evidence)
{
  static const std::set<std::string_view> about_oom{"memcg",
                                                    "global",
                                                    "mlock",
                                                    "thp",
                                                    "hugetlb-shared",
                                                    "shared-mm",
                                                    "mrelease",
                                                    "notifier"};
  if (about_oom.count(evidence.workload.name) == 0) {
    return true;
  }
  return fact(evidence.ktap, "kills").value_or(evidence.ktap.kill_count) > 0;
}

std::vector<std::uint64_t> teardown_times(const KtapReport& ktap)
{
  std::vector<std::uint64_t> times;
  for (const auto& kill : ktap.kills) {
    if (kill.teardown_us > 0) {
      times.push_back(kill.teardown_us);
    }
  }
  return times;
}

std::map<std::string, std::string> host_facts(const RunEvidence& evidence,
                                              const ExcusedReaps& excused)
{
  auto facts = evidence.ktap.facts;
  const auto& oom = evidence.oom;
  if (oom.invocations > 0 || oom.kill_count > 0) {
    facts["oom.invocations"] = std::to_string(oom.invocations);
    facts["oom.kills"] = std::to_string(oom.kill_count);
    facts["oom.reaped"] = std::to_string(oom.reap_count);
    facts["oom.reaps_excused"] = std::to_string(excused.size());
  }
  if (evidence.host_wait_peak > 0) {
    facts["host.withheld_percent"] =
        fmt::format("{:.0f}", 100 * evidence.host_wait_peak);
  }
  if (evidence.ktap.longest_gap_ms > 0) {
    facts["beat.longest_gap_ms"] = std::to_string(evidence.ktap.longest_gap_ms);
  }
  return facts;
}

} // namespace oopsfarm
