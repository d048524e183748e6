// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/golden.h"
#include "unit/triage/scan.h"

#include <doctest/doctest.h>

#include <string>

using namespace oopsfarm;

TEST_CASE("OomScanner reads a whole event")
{
  const auto oom =
      oom_in(testing::slurp(testing::golden_path("triage/oom-only.log")));
  CHECK(oom.invocations == 1);
  CHECK(oom.no_killable == 1);
  REQUIRE(oom.kills.size() == 1);
  const auto& kill = oom.kills[0];
  CHECK(kill.invoked_us == 3000001);
  CHECK(kill.time_us == 3001301);
  CHECK(kill.invoker == "eater");
  CHECK(kill.gfp_mask == "0xcc0(GFP_KERNEL)");
  CHECK(kill.constraint == "CONSTRAINT_MEMCG");
  CHECK(kill.oom_memcg == "/memcg/max");
  CHECK(kill.task_memcg == "/memcg/max");
  CHECK(kill.memcg);
  CHECK(kill.pid == 70);
  CHECK(kill.comm == "eater");
  CHECK(kill.total_vm == 68000U * 1024);
  CHECK(kill.anon_rss == 64400U * 1024);
  CHECK(kill.file_rss == 4096);
  CHECK(kill.pgtables == 176U * 1024);
  REQUIRE(oom.reaps.size() == 1);
  CHECK(oom.reaps[0].reaped);
  CHECK(oom.reaps[0].pid == 70);
  REQUIRE(oom.last_dump.size() == 2);
  CHECK(oom.last_dump[0].pid == 70);
  CHECK(oom.last_dump[1].oom_score_adj == -500);
  CHECK(oom.last_dump[1].comm == "odd (name)");
}

TEST_CASE("OomScanner reads the reaper's complaint")
{
  const auto oom = oom_in("oom_reaper: unable to reap pid:77 (ea ter)\n");
  CHECK(oom.unable_to_reap == 1);
  REQUIRE(oom.reaps.size() == 1);
  CHECK_FALSE(oom.reaps[0].reaped);
  CHECK(oom.reaps[0].pid == 77);
  CHECK(oom.reaps[0].comm == "ea ter");
}

TEST_CASE("OomScanner marks the kills of a memory.oom.group")
{
  const auto oom = oom_in(
      "Memory cgroup out of memory: Killed process 1 (a) total-vm:1kB\n"
      "Tasks in /g are going to be killed due to memory.oom.group set\n"
      "Memory cgroup out of memory: Killed process 2 (b) total-vm:1kB\n"
      "Memory cgroup out of memory: Killed process 3 (c) total-vm:1kB\n");
  REQUIRE(oom.kills.size() == 3);
  CHECK_FALSE(oom.kills[0].group_kill);
  CHECK(oom.kills[1].group_kill);
  CHECK(oom.kills[2].group_kill);
}

TEST_CASE("OomScanner takes nobody else's words")
{
  const auto oom = oom_in("app: Killed process 5 (x)\n"
                          "oom-kill: just talking\n"
                          "Killed process 9 (old) total-vm:8kB\n");
  CHECK(oom.kill_count == 1); // the form of kernels before 5.0
  CHECK(oom.kills[0].pid == 9);
}

TEST_CASE("OomScanner keeps within its bounds")
{
  std::string text;
  for (int i = 0; i < 5000; ++i) {
    text += "Out of memory: Killed process 1 (" + std::string(500, 'c') +
            ") total-vm:1kB\n"
            "oom_reaper: reaped process 1 (x), now anon-rss:0kB\n";
  }
  const auto oom = oom_in(text);
  CHECK(oom.kills.size() == OomLimits{}.kills);
  CHECK(oom.kill_count == 5000);
  CHECK(oom.reaps.size() == OomLimits{}.reaps);
  CHECK(oom.kills[0].comm.size() == 256);
}
