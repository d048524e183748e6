// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/daemon_verbs.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static JobView a_job(const std::string& id, const std::string& state)
{
  JobView job;
  job.id = id;
  job.name = "oom";
  job.owner = "ann";
  job.state = state;
  return job;
}

TEST_CASE("apps::jobs_table says how each job is")
{
  auto running = a_job("j2", "running");
  running.begun_ms = 1'000;
  running.live = LiveJob();
  running.live->builds = 2;
  running.live->built = 1;
  running.live->runs = 6;
  running.live->ran = 3;
  running.live->failed = 1;
  auto cancelling = a_job("j3", "running");
  cancelling.cancel_wanted = true;
  auto passed = a_job("j4", "ended");
  passed.begun_ms = 1'000;
  passed.ended_ms = 66'000;
  passed.runs = 6;
  auto found = passed;
  found.id = "j5";
  found.exit_code = 1;
  found.failed_runs = 2;
  auto failed = a_job("j6", "failed");
  failed.error = "unknown tree 'x\x1b[2J'\nmore";
  CHECK(jobs_table(
            {a_job("j1", "queued"), running, cancelling, passed, found, failed},
            Colour::no,
            61'000) ==
        "job  name  owner  state       time  progress\n"
        "j1   oom   ann    queued         -  waits\n"
        "j2   oom   ann    running     1:00  1/2 kernels, 3/6 runs, 1 failed\n"
        "j3   oom   ann    cancelling     -  being planned\n"
        "j4   oom   ann    passed      1:05  6 runs, 0 failed\n"
        "j5   oom   ann    found       1:05  6 runs, 2 failed\n"
        "j6   oom   ann    failed         -  unknown tree 'x?[2J'\n");
}
