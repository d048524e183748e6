// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/judge.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace oopsfarm;

/// A run of memcg in which all went well.
static RunEvidence good()
{
  RunEvidence run;
  run.workload.name = "memcg";
  run.boot_phase = BootPhase::init;
  run.init_reached = true;
  run.banners = 1;
  run.console_tail = "last line\n";
  auto& ktap = run.ktap;
  ktap.version_seen = true;
  ktap.protocol = 1;
  ktap.workload = "memcg";
  ktap.plan = 2;
  ktap.results = {{1, true, false, false, "oom kills happened", ""},
                  {2, true, false, false, "victims are members only", ""}};
  ktap.result_count = 2;
  ktap.facts = {{"kills", "2"},
                {"oom_kill_events", "2"},
                {"children_killed", "2"},
                {"bystanders", "3"},
                {"bystanders_alive", "3"}};
  ktap.kills = {{70, "/m", 5000}, {71, "/m", 7000}};
  ktap.kill_count = 2;
  ktap.bye = true;
  OomKill kill;
  kill.pid = 70;
  run.oom.kills.push_back(kill);
  kill.pid = 71;
  run.oom.kills.push_back(kill);
  run.oom.kill_count = 2;
  run.oom.invocations = 2;
  return run;
}

static OomReap reap(std::uint64_t pid, bool reaped = true)
{
  OomReap line;
  line.pid = pid;
  line.reaped = reaped;
  return line;
}

static Crash crash(std::string title)
{
  Crash found;
  found.title = std::move(title);
  found.first_line = "kernel BUG at mm/x.c:1!";
  found.excerpt = found.first_line + "\nmore\n";
  return found;
}

TEST_CASE("judge passes no run under another MMU than the target's")
{
  auto run = good();
  run.mmu = "radix";
  run.ktap.facts["mmu"] = "radix";
  CHECK(judge(run).verdict == Verdict::pass);
  run.ktap.facts["mmu"] = "hash";
  const auto judged = judge(run);
  CHECK(judged.verdict == Verdict::boot_failed);
  CHECK(judged.title == "boot: another MMU than the target's");
  CHECK(judged.detail.find("radix MMU, the kernel uses hash") !=
        std::string::npos);
}

TEST_CASE("judge passes a run in which everything held")
{
  const auto judged = judge(good());
  CHECK(judged.verdict == Verdict::pass);
  CHECK(judged.title.empty());
  CHECK(judged.kills == 2);
  CHECK(judged.facts.at("oom.kills") == "2");
  CHECK(judged.teardown_us == std::vector<std::uint64_t>{5000, 7000});
}

TEST_CASE("judge: a crash outweighs everything")
{
  auto run = good();
  run.crashes = {crash("kernel BUG in f"), crash("WARNING in g")};
  SUBCASE("whatever the workload said")
  {
    const auto judged = judge(run);
    CHECK(judged.verdict == Verdict::crash);
    CHECK(judged.title == "kernel BUG in f");
    REQUIRE(judged.findings.size() == 2);
    CHECK(judged.findings[0].first_line == "kernel BUG at mm/x.c:1!");
  }

  SUBCASE("also before init, also when QEMU died of it or we were interrupted")
  {
    run.init_reached = false;
    run.boot_phase = BootPhase::kernel;
    run.ktap = KtapReport{};
    for (const auto end : {GuestEnd::powered_off,
                           GuestEnd::qemu_died,
                           GuestEnd::interrupted,
                           GuestEnd::crash_stopped}) {
      run.end = end;
      CHECK(judge(run).verdict == Verdict::crash);
    }
  }
}

TEST_CASE("judge: a boot that fails")
{
  RunEvidence run;
  run.workload.name = "boot";
  run.end = GuestEnd::boot_timeout;
  run.bound = std::chrono::seconds(120);
  const auto title = [&] {
    const auto judged = judge(run);
    CHECK(judged.verdict == Verdict::boot_failed);
    return judged.title;
  };

  SUBCASE("nothing printed")
  {
    CHECK(title() == "boot: nothing printed");
  }

  SUBCASE("firmware only")
  {
    run.boot_phase = BootPhase::firmware;
    CHECK(title() == "boot: kernel never printed");
  }

  SUBCASE("stuck on the way, with the console's tail")
  {
    run.boot_phase = BootPhase::kernel;
    run.banners = 1;
    run.console_tail = "calling initcall\n";
    CHECK(title() == "boot: stuck before init");
    CHECK(judge(run).detail.find("calling initcall") != std::string::npos);
    run.post_mortem = "CPU 0: oom_spin\n";
    CHECK(title() == "boot: stuck before init");
    CHECK(judge(run).detail ==
          "the kernel printed, and init was not reached within " +
              std::to_string(run.bound.count()) +
              " s\npost-mortem.log has more:\nCPU 0: oom_spin\n"
              "the console's last lines:\ncalling initcall\n");
  }

  SUBCASE("ended by itself")
  {
    run.boot_phase = BootPhase::kernel;
    run.end = GuestEnd::powered_off;
    CHECK(title() == "boot: ended before init");
  }

  SUBCASE("reboots in a loop, though the scanner calls that a crash")
  {
    run.boot_phase = BootPhase::kernel;
    run.end = GuestEnd::reboot_loop;
    run.banners = 2;
    run.crashes = {crash("unexpected kernel reboot")};
    CHECK(title() == "boot: reboots before init");
  }

  SUBCASE("init ran but said nothing")
  {
    run.boot_phase = BootPhase::init;
    run.init_reached = true;
    CHECK(title() == "boot: init did not speak");
  }
}

TEST_CASE("judge: guests that we had to end")
{
  auto run = good();
  run.ktap.bye = false;
  SUBCASE("all silent is a hang")
  {
    run.end = GuestEnd::silent;
    CHECK(judge(run).verdict == Verdict::hang);
    CHECK(judge(run).title == "hang in memcg");
  }

  SUBCASE("a console without a heartbeat is a livelock")
  {
    run.end = GuestEnd::no_heartbeat;
    CHECK(judge(run).verdict == Verdict::oracle_failed);
    CHECK(judge(run).title == "oom: livelock");
  }

  SUBCASE("beating for ever is the workload's failure")
  {
    run.end = GuestEnd::overtime;
    CHECK(judge(run).title == "workload: did not end in time");
  }

  SUBCASE("a reboot after init is a crash")
  {
    run.end = GuestEnd::reboot_loop;
    CHECK(judge(run).verdict == Verdict::crash);
  }

  SUBCASE("QEMU's death and an interruption are no evidence")
  {
    run.end = GuestEnd::qemu_died;
    run.end_detail = "qemu: out of files";
    CHECK(judge(run).verdict == Verdict::infra);
    CHECK(judge(run).detail.find("out of files") != std::string::npos);
    run.end = GuestEnd::interrupted;
    CHECK(judge(run).verdict == Verdict::infra);
  }
}

TEST_CASE("judge: oracles on OOM events")
{
  auto run = good();
  const auto title = [&] {
    const auto judged = judge(run);
    CHECK(judged.verdict == Verdict::oracle_failed);
    CHECK_FALSE(judged.findings.empty());
    return judged.title;
  };

  SUBCASE("a victim reaped twice")
  {
    run.oom.reaps = {reap(70), reap(70)};
    CHECK(title() == "oom: victim reaped twice");
  }

  SUBCASE("two reaps are fine where the pid was killed twice")
  {
    run.oom.reaps = {reap(70), reap(70)};
    run.oom.kills.push_back(run.oom.kills[0]);
    run.oom.kill_count = 3;
    CHECK(judge(run).verdict == Verdict::pass);
  }

  SUBCASE("unable to reap")
  {
    run.oom.reaps = {reap(70, false)};
    run.oom.unable_to_reap = 1;
    CHECK(title() == "oom: unable to reap");
  }

  SUBCASE("unable to reap in time, since the host held the guest up")
  {
    run.oom.reaps = {reap(70, false)};
    run.oom.unable_to_reap = 1;
    run.reaper_host_waits = {0.7};
    const auto judged = judge(run);
    CHECK(judged.verdict == Verdict::pass);
    CHECK(judged.facts.at("oom.reaps_excused") == "1");

    SUBCASE("not where the host gave it its time")
    {
      run.reaper_host_waits = {0.4};
      CHECK(title() == "oom: unable to reap");
    }
    SUBCASE("not where the victim was not seen to go")
    {
      run.ktap.kills[0].teardown_us = 0;
      CHECK(title() == "oom: unable to reap");
    }
    SUBCASE("not where it took long even so")
    {
      run.ktap.kills[0].teardown_us = 21'000'000;
      CHECK(title() == "oom: unable to reap");
    }
    SUBCASE("not for a second one")
    {
      run.oom.reaps.push_back(reap(71, false));
      run.oom.unable_to_reap = 2;
      CHECK(title() == "oom: unable to reap");
      CHECK(judge(run).findings[0].first_line.find("pid 71") !=
            std::string::npos);
    }
  }

  SUBCASE("a victim that is none of ours")
  {
    run.oom.kills[1].pid = 1;
    CHECK(title() == "oom: victim outside the group");
    run.console_cut = true; // lines may be missing, so nothing is concluded
    CHECK(judge(run).verdict == Verdict::pass);
  }

  SUBCASE("counts that differ")
  {
    run.ktap.facts["oom_kill_events"] = "3";
    CHECK(title() == "oom: kill count mismatch");
  }

  SUBCASE("a victim of a group kill may be counted again, once a group")
  {
    run.ktap.facts["oom_kill_events"] = "3";
    run.ktap.facts["repeated_kills"] = "1";
    run.ktap.facts["oom_group_kill_events"] = "1";
    CHECK(judge(run).verdict == Verdict::pass);
    run.ktap.facts["oom_group_kill_events"] = "0";
    CHECK(title() == "oom: kill count mismatch");
  }

  SUBCASE("so may other threads of a group's members, once each a group")
  {
    run.ktap.facts["param.procs"] = "2";
    run.ktap.facts["oom_kill_events"] = "5";
    run.ktap.facts["repeated_kills"] = "1";
    run.ktap.facts["thread_kills"] = "2";
    run.ktap.facts["oom_group_kill_events"] = "1";
    CHECK(judge(run).verdict == Verdict::pass);
    run.ktap.facts["param.procs"] = "1";
    CHECK(title() == "oom: kill count mismatch");
    run.ktap.facts["param.procs"] = "2";
    run.ktap.facts["oom_kill_events"] = "6";
    CHECK(title() == "oom: kill count mismatch");
  }

  SUBCASE("a dead bystander")
  {
    run.ktap.facts["bystanders_alive"] = "2";
    CHECK(title() == "oom: bystander killed");
  }

  SUBCASE("a gap between heartbeats by the guest's own clock")
  {
    run.ktap.longest_gap_ms = 30000;
    CHECK(judge(run).verdict == Verdict::pass);
    run.heartbeat_bound = std::chrono::seconds(20);
    CHECK(title() == "oom: livelock");
  }
}

TEST_CASE("judge: a workload's own results")
{
  auto run = good();
  run.ktap.failures = 1;
  run.ktap.results[1].ok = false;
  SUBCASE("known names give the oracle's title")
  {
    CHECK(judge(run).title == "oom: victim outside the group");
    CHECK(judge(run).findings[0].first_line ==
          "not ok 2 - victims are members only");
  }

  SUBCASE("names of shared-mm and mrelease do, too")
  {
    const std::pair<const char*, const char*> known[] = {
        {"oom_kill events equal kills logged", "oom: kill count mismatch"},
        {"sharers show one oom_score_adj",
         "oom: sharers differ in oom_score_adj"},
        {"vforked children are not chosen", "oom: vforked child chosen"},
        {"sharers of an unkillable task live",
         "oom: sharer of an unkillable task killed"},
        {"sharers die with the victim", "oom: sharer survived the victim"},
        {"a victim is reaped once at most", "oom: victim reaped twice"},
        {"held victims are reaped", "oom: victim not reaped"},
        {"process_mrelease released memory", "workload: exercised nothing"},
        {"errors are the documented ones", "mrelease: undocumented error"},
        {"memory is gone when process_mrelease gives 0",
         "oom: memory not released"},
        {"mlocked memory returns", "oom: memory not released"},
        {"victims end by the kill", "oom: victim outlived the kill"},
    };
    for (const auto& [name, expected] : known) {
      run.ktap.results[1].name = name;
      CHECK(judge(run).title == expected);
    }
  }

  SUBCASE("so do those of notifier")
  {
    for (const auto& [name, title] :
         {std::pair("mirrored memory was in victims",
                    "workload: exercised nothing"),
          std::pair("victims are torn down", "oom: victim not torn down"),
          std::pair("no second victim while the first is going",
                    "oom: premature victim"),
          std::pair("mirrors are told before memory goes",
                    "oom: notifier not called"),
          std::pair("memory released by the reaper",
                    "oom: memory not released")}) {
      CAPTURE(name);
      run.ktap.results[1].name = name;
      CHECK(judge(run).title == title);
    }
  }

  SUBCASE("slowness is no evidence where the host withheld its CPUs")
  {
    run.ktap.results[1].name = "victims are torn down";
    run.host_wait_peak = 0.5;
    CHECK(judge(run).verdict == Verdict::oracle_failed);
    run.host_wait_peak = 0.9;
    const auto late = judge(run);
    CHECK(late.verdict == Verdict::infra);
    CHECK(late.detail.find("90 %") != std::string::npos);
    CHECK(late.facts.at("host.withheld_percent") == "90");
    run.ktap.results[1].name = "memory.current falls back";
    CHECK(judge(run).verdict == Verdict::oracle_failed);
  }

  SUBCASE("those of global and hugetlb-shared, too")
  {
    const auto title = [&](const char* name) {
      run.ktap.results[1].name = name;
      return judge(run).title;
    };
    CHECK(title("victims are the worst by badness") == "oom: wrong victim");
    CHECK(title("the unkillable process lives") ==
          "oom: unkillable process killed");
    CHECK(title("available memory returns") == "oom: memory not released");
    CHECK(title("members and visitors used the segments") ==
          "workload: exercised nothing");
    CHECK(title("page tables were shared") == "workload: exercised nothing");
    CHECK(title("segments hold what was written") == "oom: memory corrupted");
    CHECK(title("visitors end well") == "oom: bystander killed");
    CHECK(title("huge pages return") == "oom: memory not released");
  }

  SUBCASE("others name the workload")
  {
    run.ktap.results[1].name = "sky is blue";
    run.ktap.results[1].reason = "it is grey";
    CHECK(judge(run).title == "memcg: sky is blue");
    CHECK(judge(run).verdict == Verdict::oracle_failed);
  }
}

TEST_CASE("judge never passes half a report")
{
  auto run = good();
  const auto title = [&] {
    const auto judged = judge(run);
    CHECK(judged.verdict == Verdict::oracle_failed);
    return judged.title;
  };

  SUBCASE("no farewell")
  {
    run.ktap.bye = false;
    CHECK(title() == "workload: ended without a farewell");
  }

  SUBCASE("no header, though init was seen")
  {
    run.ktap = KtapReport{};
    CHECK(title() == "workload: no KTAP header");
  }

  SUBCASE("no plan")
  {
    run.ktap.plan.reset();
    CHECK(title() == "workload: no plan");
  }

  SUBCASE("a broken line")
  {
    run.ktap.problems = {"half a line at the end: 'ok 2'"};
    CHECK(title() == "workload: broken KTAP");
  }

  SUBCASE("a bail-out")
  {
    run.ktap.bailed_out = "died of signal 11";
    CHECK(title() == "workload: bailed out");
    CHECK(judge(run).detail.find("signal 11") != std::string::npos);
  }

  SUBCASE("another workload or protocol")
  {
    run.ktap.workload = "boot";
    CHECK(title() == "workload: another workload ran");
    run.ktap.protocol = 2;
    CHECK(title() == "workload: unknown protocol");
  }

  SUBCASE("nothing was killed")
  {
    run.ktap.facts["kills"] = "0";
    run.ktap.facts["oom_kill_events"] = "0";
    run.ktap.facts["children_killed"] = "0";
    run.ktap.kills.clear();
    run.ktap.kill_count = 0;
    run.oom = OomReport{};
    CHECK(title() == "workload: exercised nothing");
  }

  SUBCASE("no results")
  {
    run.ktap.results.clear();
    run.ktap.result_count = 0;
    run.ktap.plan = 0;
    CHECK(title() == "workload: exercised nothing");
  }
}

TEST_CASE("judge skips what the target lacks")
{
  auto run = good();
  run.ktap.kills.clear();
  run.ktap.kill_count = 0;
  run.ktap.facts.clear();
  run.oom = OomReport{};
  SUBCASE("all results skipped")
  {
    for (auto& result : run.ktap.results) {
      result.skip = true;
      result.reason = "no huge pages";
    }
    run.ktap.skips = 2;
    CHECK(judge(run).verdict == Verdict::skip);
    CHECK(judge(run).detail == "no huge pages");
  }

  SUBCASE("a skipped plan")
  {
    run.ktap.results.clear();
    run.ktap.result_count = 0;
    run.ktap.plan = 0;
    run.ktap.plan_skip = true;
    CHECK(judge(run).verdict == Verdict::skip);
  }
}

TEST_CASE("judge: a workload that is not about OOM passes without kills")
{
  RunEvidence run = good();
  run.workload.name = "boot";
  run.ktap.workload = "boot";
  run.ktap.kills.clear();
  run.ktap.kill_count = 0;
  run.ktap.facts.clear();
  run.oom = OomReport{};
  CHECK(judge(run).verdict == Verdict::pass);
}
