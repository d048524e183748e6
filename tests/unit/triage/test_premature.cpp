// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/premature.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static OomKill
kill_of(std::uint64_t pid, std::uint64_t line, std::uint64_t time_ms)
{
  OomKill kill;
  kill.pid = pid;
  kill.comm = "memcg";
  kill.line = line;
  kill.time_us = time_ms * 1000;
  kill.oom_memcg = "/m";
  return kill;
}

/// pid 70 dies 100 ms into the run and takes `first_ms` to go; pid 71 is killed
/// at 200 ms.
static RunEvidence two_kills(std::uint64_t first_ms)
{
  RunEvidence run;
  run.oom.kills = {kill_of(70, 10, 100), kill_of(71, 20, 200)};
  run.oom.kill_count = 2;
  run.ktap.kills = {{71, "/m", 3000}, {70, "/m", first_ms * 1000}};
  run.ktap.kill_count = 2;
  return run;
}

static OomReap reap_of(std::uint64_t pid, std::uint64_t line)
{
  OomReap reap;
  reap.pid = pid;
  reap.line = line;
  return reap;
}

TEST_CASE("premature_victim finds a second kill before the first is gone")
{
  const auto run = two_kills(2100);
  const auto found = premature_victim(run);
  REQUIRE(found.has_value());
  CHECK(found->title == "oom: premature victim");
  CHECK(found->first_line ==
        "pid 71 (memcg) was killed in '/m' 2000 ms before pid 70 (memcg) was "
        "gone, which nothing had reaped");
}

TEST_CASE("premature_victim finds nothing")
{
  auto run = two_kills(2100);
  SUBCASE("when the first was gone in time")
  {
    run = two_kills(1000);
  }
  SUBCASE("when the guest was late by as much")
  {
    run.ktap.longest_gap_ms = 1100;
  }
  SUBCASE("when the host withheld its CPUs")
  {
    run.host_wait_peak = 0.6;
  }
  SUBCASE("when the reaper had been there")
  {
    run.oom.reaps = {reap_of(70, 15)};
    run.oom.reap_count = 1;
  }
  SUBCASE("in another group")
  {
    run.oom.kills[1].oom_memcg = "/n";
  }
  SUBCASE("when one event kills the whole group")
  {
    run.oom.kills[1].group_kill = true;
  }
  SUBCASE("when it is killed again itself")
  {
    run.oom.kills[1].pid = 70;
    run.ktap.kills[0].pid = 70;
  }
  SUBCASE("when lines are missing")
  {
    run.console_cut = true;
  }
  SUBCASE("when kills are missing")
  {
    run.ktap.kill_count = 3;
  }
  SUBCASE("when the console has no times")
  {
    run.oom.kills[1].time_us.reset();
  }
  SUBCASE("when the teardown was not timed")
  {
    run.ktap.kills[1].teardown_us = 0;
  }
  CHECK_FALSE(premature_victim(run).has_value());
}

TEST_CASE("premature_victim: a reaping that came too late is none")
{
  auto run = two_kills(2100);
  run.oom.reaps = {reap_of(70, 25)};
  run.oom.reap_count = 1;
  CHECK(premature_victim(run).has_value());
}

TEST_CASE("premature_victim tells a pid's kills apart")
{
  auto run = two_kills(50);
  run.oom.kills.push_back(kill_of(70, 30, 9000));
  run.oom.kills.push_back(kill_of(72, 40, 9100));
  run.oom.kill_count = 4;
  run.ktap.kills = {{70, "/m", 50'000},
                    {71, "/m", 3000},
                    {72, "/m", 3000},
                    {70, "/m", 3'000'000}};
  run.ktap.kill_count = 4;
  const auto found = premature_victim(run);
  REQUIRE(found.has_value());
  CHECK(found->first_line.substr(0, 6) == "pid 72");
}
