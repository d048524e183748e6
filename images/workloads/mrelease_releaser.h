// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What releasers saw, in memory that they share with the workload. */
struct released
{
  /* calls of process_mrelease(2), by what they gave */
  _Atomic uint64_t calls;
  _Atomic uint64_t zero;
  _Atomic uint64_t again;       /* EAGAIN */
  _Atomic uint64_t interrupted; /* EINTR */
  _Atomic uint64_t gone;        /* ESRCH: the mm is given up, or the process
                                 * reaped */
  _Atomic uint64_t early;       /* EINVAL, before the kill was known */
  _Atomic uint64_t wrong;       /* another error, or EINVAL after the kill */
  _Atomic int first_wrong;      /* its errno */
  /* calls that gave 0 and whose process was past its mm right after: the kernel
   * tore the mm down while they were at it */
  _Atomic uint64_t raced;
};

/* A process that calls process_mrelease(2) for a victim. */
struct releaser
{
  struct released* released;
  _Atomic int* dying; /* shared: the victim is known to be killed */
  int pidfd;
  pid_t pid;       /* the victim */
  int cpu;         /* to run on */
  bool kills;      /* sends SIGKILL once the gate is open */
  uint32_t delay;  /* turns of doing nothing before that */
  bool eager;      /* calls before the kill, too */
  bool looks;      /* reads the victim's statm in between: takes its mm */
  uint64_t enough; /* ends after so many calls gave 0; 0: at the victim's end */
  int gate[2];     /* a pipe: open once all write ends are closed */
  int not_mine;    /* a write end of the victim's, to be closed */
  int ready;       /* takes one byte before that */
};

/* -errno or 0. */
int pidfd_open_of(pid_t pid);
int process_mrelease_of(int pidfd, unsigned flags);
int pidfd_kill(int pidfd);

/* A child_function; the argument is a struct releaser. Gives 0. */
int releaser_run(void* argument);
