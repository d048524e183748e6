// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/mrelease_releaser.h"

#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same numbers on all architectures since they came. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_process_mrelease
#define SYS_process_mrelease 448
#endif

/* A releaser gives up then: the victim will not end. */
#define LIMIT_US (20 * US_PER_S)

int pidfd_open_of(pid_t pid)
{
  const long fd = syscall(SYS_pidfd_open, pid, 0);

  return fd < 0 ? -errno : (int)fd;
}

int process_mrelease_of(int pidfd, unsigned flags)
{
  return syscall(SYS_process_mrelease, pidfd, flags) < 0 ? -errno : 0;
}

int pidfd_kill(int pidfd)
{
  return syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) < 0 ? -errno
                                                                     : 0;
}

static void run_on(int cpu)
{
  cpu_set_t set;

  CPU_ZERO(&set);
  CPU_SET((unsigned)cpu, &set);
  sched_setaffinity(0, sizeof(set), &set);
}

static void look(pid_t pid)
{
  char path[64];
  char text[128];

  snprintf(path, sizeof(path), "/proc/%d/statm", pid);
  read_text(path, text, sizeof(text));
}

static void send_kill(const struct releaser* self)
{
  volatile uint32_t turns = self->delay;

  while (turns > 0) {
    turns--;
  }
  if (pidfd_kill(self->pidfd) == 0) {
    atomic_store(self->dying, 1);
  }
}

static void count_wrong(struct released* released, int error)
{
  if (atomic_fetch_add(&released->wrong, 1) == 0) {
    atomic_store(&released->first_wrong, error);
  }
}

/* Counts what one call gave; `sure`: the victim was killed before it. */
static void count(struct released* released, int result, bool sure)
{
  atomic_fetch_add(&released->calls, 1);
  switch (result) {
  case 0:
    atomic_fetch_add(&released->zero, 1);
    break;
  case -EAGAIN:
    atomic_fetch_add(&released->again, 1);
    break;
  case -EINTR:
    atomic_fetch_add(&released->interrupted, 1);
    break;
  case -ESRCH:
    atomic_fetch_add(&released->gone, 1);
    break;
  case -EINVAL:
    if (!sure) {
      atomic_fetch_add(&released->early, 1);
      break;
    }
    count_wrong(released, EINVAL);
    break;
  default:
    count_wrong(released, -result);
    break;
  }
}

/* Calls until the victim is gone, or enough calls gave 0. */
static void release(const struct releaser* self)
{
  const uint64_t deadline = now_us() + LIMIT_US;
  uint64_t zeros = 0;
  bool last_zero = false;
  int result;

  do {
    const bool sure = atomic_load(self->dying) != 0;

    if (!sure && !self->eager) {
      sched_yield();
      continue;
    }
    result = process_mrelease_of(self->pidfd, 0);
    count(self->released, result, sure);
    if (result == -ESRCH) {
      atomic_fetch_add(&self->released->raced, last_zero ? 1 : 0);
      return;
    }
    last_zero = result == 0;
    if (result == 0) {
      atomic_store(self->dying, 1); /* 0 is for a dying process only */
      zeros++;
    } else {
      sched_yield();
    }
    if (self->looks) {
      look(self->pid);
    }
  } while ((self->enough == 0 || zeros < self->enough) && now_us() < deadline);
}

int releaser_run(void* argument)
{
  const struct releaser* self = argument;
  char byte;

  close(self->gate[1]);
  close(self->not_mine);
  run_on(self->cpu);
  while (write(self->ready, "r", 1) < 0 && errno == EINTR) {
  }
  while (read(self->gate[0], &byte, 1) < 0 && errno == EINTR) {
  }
  if (self->kills) {
    send_kill(self);
  }
  release(self);
  return 0;
}
