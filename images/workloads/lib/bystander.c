// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/bystander.h"

#include "workloads/lib/child.h"
#include "workloads/lib/clock.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define HELD_WORDS (1U << 17) /* 1 MiB */
#define CHECK_LIMIT_US (10 * US_PER_S)

static uint64_t pattern(uint64_t index)
{
  return (index + 1) * 0x9e3779b97f4a7c15ULL;
}

/* Exit status: 0 when the memory is what it was. */
static int stand_by(void* argument)
{
  volatile uint64_t* held;
  sigset_t asked;
  uint64_t i;
  int signal;

  (void)argument;
  sigemptyset(&asked);
  sigaddset(&asked, SIGTERM);
  sigprocmask(SIG_BLOCK, &asked, NULL);
  held = mmap(NULL,
              HELD_WORDS * sizeof(*held),
              PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS,
              -1,
              0);
  if (held == MAP_FAILED) {
    return 2;
  }
  for (i = 0; i < HELD_WORDS; i++) {
    held[i] = pattern(i);
  }
  while (sigwait(&asked, &signal) != 0) {
  }
  for (i = 0; i < HELD_WORDS; i++) {
    if (held[i] != pattern(i)) {
      return 1;
    }
  }
  return 0;
}

int bystander_start(struct bystanders* bystanders, int cgroup_fd)
{
  pid_t pid;

  if (bystanders->count == BYSTANDERS_MAX) {
    return -ENOSPC;
  }
  pid = spawn(cgroup_fd, stand_by, NULL);
  if (pid < 0) {
    return pid;
  }
  bystanders->pids[bystanders->count++] = pid;
  bystanders->alive++;
  return 0;
}

bool bystander_ended(struct bystanders* bystanders, pid_t pid)
{
  int i;

  for (i = 0; i < bystanders->count; i++) {
    if (bystanders->pids[i] == pid) {
      bystanders->pids[i] = 0;
      bystanders->alive--;
      return true;
    }
  }
  return false;
}

int bystanders_check(struct bystanders* bystanders)
{
  const uint64_t deadline = now_us() + CHECK_LIMIT_US;
  int intact = 0;
  int status;
  pid_t pid;
  int i;

  for (i = 0; i < bystanders->count; i++) {
    if (bystanders->pids[i]) {
      kill(bystanders->pids[i], SIGTERM);
    }
  }
  while (bystanders->alive > 0 && now_us() < deadline) {
    pid = waitpid(-1, &status, WNOHANG);
    if (pid > 0 && bystander_ended(bystanders, pid)) {
      intact += WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 1 : 0;
    } else if (pid <= 0) {
      wait_event(-1, deadline);
    }
  }
  return intact;
}
