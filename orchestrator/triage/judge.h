// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/boot_watch.h"
#include "console/ktap.h"
#include "model/job.h"
#include "model/step.h"
#include "triage/crash.h"
#include "triage/oom.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace oopsfarm {

/// How the guest came to its end.
enum class GuestEnd {
  powered_off,   ///< by its own will (or a reset: a panic, a triple fault)
  crash_stopped, ///< we ended it, since CrashScanner saw a crash
  silent,        ///< we ended it: no console and no heartbeat for the bound
  no_heartbeat,  ///< we ended it: no heartbeat for the bound, console alive
  overtime,      ///< we ended it: beating, but far past its duration
  boot_timeout,  ///< we ended it: init did not speak within the bound
  reboot_loop,   ///< we ended it: a second kernel banner was seen
  qemu_died,     ///< QEMU or libvirt failed: not the kernel's doing
  interrupted    ///< Ctrl-C, SIGTERM, cancelled
};

/// Everything a run left behind, as values. The readers have been finished.
struct RunEvidence
{
  GuestEnd end = GuestEnd::powered_off;
  std::string end_detail;        ///< for qemu_died: QEMU's own words
  std::chrono::seconds bound{0}; ///< the bound that was passed, where one was
  /// Bound for a gap between heartbeats by the guest's own clock; 0: none.
  std::chrono::milliseconds heartbeat_bound{0};
  Workload workload;
  std::string mmu; ///< that the target is for: "radix", "hash"; "": any
  BootPhase boot_phase = BootPhase::silent;
  bool init_reached = false; ///< console or KTAP said so
  unsigned banners = 0;
  KtapReport ktap;
  std::vector<Crash> crashes;
  OomReport oom;
  /// For each "unable to reap" in their order, the share of the time before
  /// that a virtual CPU waited for the host's CPUs, 0 to 1; may be shorter.
  std::vector<double> reaper_host_waits = {};
  /// The largest such share in any five seconds after the boot.
  double host_wait_peak = 0;
  std::string console_tail; ///< the console's last lines
  std::string post_mortem;  ///< what it came to, a few lines; "": none
  bool console_cut = false; ///< lines are missing: counts can't be compared
};

/// The evidence's meaning: the fields of RunOutcome that are judged.
struct Judgement
{
  Verdict verdict = Verdict::infra;
  std::string title;  ///< of the first finding, or of the failure
  std::string detail; ///< several lines for people
  std::vector<Finding> findings;
  std::uint64_t kills = 0; ///< OOM kills that the console shows
  std::map<std::string, std::string> facts;
  std::vector<TestResult> results;        ///< of programs (model/step.h)
  std::vector<std::uint64_t> teardown_us; ///< model/step.h
};

/// Pure. The order of the rules, first match wins (docs/design has the why):
/// interrupted or qemu_died → infra, unless a crash was seen · a crash → crash,
/// also before init · init not reached, or under another MMU than the target's
/// → boot_failed · hang, livelock, reboot · KTAP broken or incomplete →
/// oracle_failed "workload: …" · oracles on OOM events and facts →
/// oracle_failed "oom: …" · failed results → oracle_failed · all skipped → skip
/// · nothing exercised → oracle_failed · pass.
Judgement judge(const RunEvidence& evidence);

} // namespace oopsfarm
