// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/judge.h"

#include "base/strings.h"
#include "triage/oracles.h"
#include "triage/premature.h"
#include "triage/programs.h"
#include "triage/signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

namespace oopsfarm {

/// The console by itself reports a reboot in this way (triage/rules).
static constexpr std::string_view reboot_title = "unexpected kernel reboot";
static constexpr std::size_t max_findings = 16;

static bool init_ran(const RunEvidence& evidence)
{
  return evidence.init_reached || evidence.boot_phase == BootPhase::init ||
         evidence.ktap.version_seen;
}

static Judgement verdict(Verdict what,
                         std::string title,
                         std::string words,
                         const RunEvidence& evidence)
{
  Judgement result;
  result.verdict = what;
  result.title = std::move(title);
  result.detail = words;
  if (!evidence.post_mortem.empty()) {
    result.detail += "\npost-mortem.log has more:\n" + evidence.post_mortem;
  }
  if (!evidence.console_tail.empty()) {
    result.detail += (result.detail.ends_with('\n') ? "" : "\n") +
                     std::string("the console's last lines:\n") +
                     evidence.console_tail;
  }
  result.findings.push_back(Finding{result.title, std::move(words), ""});
  return result;
}

/// The crashes that count: a reboot before init is a failed boot, since there
/// is no crash report that would tell more.
static std::vector<Crash> real_crashes(const RunEvidence& evidence)
{
  std::vector<Crash> crashes;
  std::copy_if(evidence.crashes.begin(),
               evidence.crashes.end(),
               std::back_inserter(crashes),
               [&](const Crash& crash) {
                 return init_ran(evidence) || crash.title != reboot_title;
               });
  return crashes;
}

static Judgement judge_crash(const std::vector<Crash>& crashes)
{
  Judgement result;
  result.verdict = Verdict::crash;
  result.title = crashes.front().title;
  result.detail = crashes.front().excerpt;
  for (const auto& crash : crashes) {
    if (result.findings.size() < max_findings) {
      result.findings.push_back(Finding{crash.title,
                                        crash.first_line,
                                        crash.excerpt,
                                        signature_of(crash),
                                        crash.follow_on});
    }
  }
  return result;
}

/// The kernel's fault before init spoke, with the console's tail.
static Judgement judge_boot(const RunEvidence& evidence)
{
  const auto fail = [&](const char* title, std::string words) {
    return verdict(Verdict::boot_failed, title, std::move(words), evidence);
  };
  if (evidence.end == GuestEnd::reboot_loop || evidence.banners > 1) {
    return fail("boot: reboots before init",
                fmt::format("the kernel started {} times and never reached "
                            "init",
                            std::max(2U, evidence.banners)));
  }
  const auto bound = evidence.bound.count();
  const bool ended = evidence.end == GuestEnd::powered_off;
  const std::string how =
      ended ? "and the guest ended by itself"
            : fmt::format("and init was not reached within {} s", bound);
  switch (evidence.boot_phase) {
  case BootPhase::silent:
    return fail("boot: nothing printed", "the console stayed empty, " + how);
  case BootPhase::firmware:
    return fail("boot: kernel never printed",
                "something printed, but not the kernel, " + how);
  default:
    break;
  }
  return ended ? fail("boot: ended before init", "the kernel printed, " + how)
               : fail("boot: stuck before init", "the kernel printed, " + how);
}

/// A kernel under another MMU than the target is for is no evidence about the
/// target, however well it did. Init names it as `# mmu:`, where there is a
/// choice.
static std::optional<Judgement> judge_mmu(const RunEvidence& evidence)
{
  const auto& facts = evidence.ktap.facts;
  const auto used = facts.find("mmu");
  if (evidence.mmu.empty() || used == facts.end() ||
      used->second == evidence.mmu) {
    return std::nullopt;
  }
  return verdict(Verdict::boot_failed,
                 "boot: another MMU than the target's",
                 fmt::format("the target is for the {} MMU, the kernel uses {}",
                             evidence.mmu,
                             printable(used->second, 16)),
                 evidence);
}

/// How we had to end a guest that had reached init, if that says it all.
static std::optional<Judgement> judge_end(const RunEvidence& evidence)
{
  const auto bound = evidence.bound.count();
  switch (evidence.end) {
  case GuestEnd::silent:
    return verdict(Verdict::hang,
                   fmt::format("hang in {}", evidence.workload.name),
                   fmt::format("no output and no heartbeat for {} s", bound),
                   evidence);
  case GuestEnd::no_heartbeat:
    return verdict(
        Verdict::oracle_failed,
        "oom: livelock",
        fmt::format("no heartbeat for {} s while the kernel prints", bound),
        evidence);
  case GuestEnd::overtime:
    return verdict(
        Verdict::oracle_failed,
        "workload: did not end in time",
        fmt::format("it beats on, {} s after its duration's end", bound),
        evidence);
  case GuestEnd::boot_timeout:
    return verdict(
        Verdict::boot_failed,
        "boot: init did not speak",
        fmt::format("init ran, but serial 1 stayed empty for {} s", bound),
        evidence);
  case GuestEnd::reboot_loop:
    return verdict(Verdict::crash,
                   std::string(reboot_title),
                   "a second kernel banner on the console",
                   evidence);
  default:
    return std::nullopt;
  }
}

/// Whether nothing but slowness is found, of a guest that the host kept from
/// running: the workload can't tell, since a guest has no clock for that.
static bool is_the_hosts_slowness(const RunEvidence& evidence,
                                  const std::vector<Finding>& found)
{
  constexpr double withheld = 0.6;
  return evidence.host_wait_peak >= withheld && !found.empty() &&
         std::all_of(found.begin(), found.end(), [](const Finding& item) {
           return item.title == "oom: victim not torn down";
         });
}

static Judgement judge_oracles(const RunEvidence& evidence,
                               const ExcusedReaps& excused)
{
  auto found = check_oom(evidence, excused);
  const auto append = [&](std::vector<Finding> more) {
    std::move(more.begin(), more.end(), std::back_inserter(found));
  };
  // A failed oracle says more than the protocol's break that it led to, but a
  // broken protocol alone fails too: half a report never passes.
  append(runs_programs(evidence.workload.name)
             ? check_programs(evidence.ktap, evidence.workload)
             : check_results(evidence.ktap, evidence.workload));
  // Behind the workload's own results, which know more about its victims.
  if (auto premature = premature_victim(evidence)) {
    found.push_back(*std::move(premature));
  }
  append(check_protocol(evidence.ktap, evidence.workload));
  if (is_the_hosts_slowness(evidence, found)) {
    return verdict(Verdict::infra,
                   "the host was too busy",
                   fmt::format("{}: {}, and the host withheld {:.0f} % of a "
                               "CPU's time: no evidence",
                               found.front().title,
                               found.front().first_line,
                               100 * evidence.host_wait_peak),
                   evidence);
  }
  Judgement result;
  if (found.size() > max_findings) {
    found.resize(max_findings);
  }
  if (!found.empty()) {
    result.verdict = Verdict::oracle_failed;
    result.title = found.front().title;
    for (const auto& item : found) {
      result.detail += fmt::format("{}: {}\n", item.title, item.first_line);
    }
    result.findings = std::move(found);
  }
  return result;
}

/// All oracles held: a pass, unless there was nothing to hold them to.
static Judgement judge_results(const RunEvidence& evidence)
{
  const auto& ktap = evidence.ktap;
  const auto skips = runs_programs(evidence.workload.name)
                         ? skipped_programs(ktap)
                         : ktap.skips;
  if (ktap.plan_skip || (ktap.result_count > 0 && skips == ktap.result_count)) {
    Judgement skip;
    skip.verdict = Verdict::skip;
    skip.title = "skipped";
    skip.detail = ktap.results.empty() ? "" : ktap.results.front().reason;
    return skip;
  }
  if (ktap.result_count == 0 || !exercised(evidence)) {
    return verdict(Verdict::oracle_failed,
                   "workload: exercised nothing",
                   ktap.result_count == 0 ? "no result was reported"
                                          : "no process was OOM-killed",
                   evidence);
  }
  Judgement pass;
  pass.verdict = Verdict::pass;
  return pass;
}

static Judgement judge_all(const RunEvidence& evidence,
                           const ExcusedReaps& excused)
{
  const auto crashes = real_crashes(evidence);
  if (!crashes.empty()) {
    return judge_crash(crashes);
  }
  if (evidence.end == GuestEnd::interrupted) {
    return verdict(
        Verdict::infra, "interrupted", "the run was ended early", evidence);
  }
  if (evidence.end == GuestEnd::qemu_died) {
    return verdict(
        Verdict::infra, "QEMU failed", evidence.end_detail, evidence);
  }
  if (!init_ran(evidence)) {
    return judge_boot(evidence);
  }
  if (auto other = judge_mmu(evidence)) {
    return *other;
  }
  if (auto ended = judge_end(evidence)) {
    // The workload's oracles may have more to say about why.
    auto more = check_oom(evidence, excused);
    std::move(more.begin(), more.end(), std::back_inserter(ended->findings));
    return *ended;
  }
  auto failed = judge_oracles(evidence, excused);
  return failed.findings.empty() ? judge_results(evidence) : failed;
}

Judgement judge(const RunEvidence& evidence)
{
  const auto excused = excused_reaps(evidence);
  auto result = judge_all(evidence, excused);
  for (auto& finding : result.findings) {
    if (finding.signature.empty()) {
      finding.signature = signature_of(finding.title);
    }
  }
  result.kills = evidence.oom.kill_count;
  result.facts = host_facts(evidence, excused);
  result.teardown_us = teardown_times(evidence.ktap);
  if (runs_programs(evidence.workload.name)) {
    result.results = program_results(evidence.ktap);
  }
  return result;
}

} // namespace oopsfarm
