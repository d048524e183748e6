// SPDX-License-Identifier: GPL-2.0-or-later
#include "init/heartbeat.h"

#include "workloads/lib/clock.h"
#include "workloads/lib/workload.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static void __attribute__((noreturn)) beat(void)
{
  const struct sched_param first = {.sched_priority = 1};
  struct ktap ktap = {.fd = KTAP_FD};
  struct timespec next;

  prctl(PR_SET_NAME, "heartbeat");
  mlockall(MCL_CURRENT | MCL_FUTURE);
  sched_setscheduler(0, SCHED_FIFO, &first);
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (;;) {
    ktap_count(&ktap, "beat", now_us() / US_PER_MS);
    next.tv_sec++;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) != 0) {
    }
  }
}

pid_t heartbeat_start(void)
{
  const pid_t pid = fork();

  if (pid == 0) {
    beat();
  }
  return pid;
}
