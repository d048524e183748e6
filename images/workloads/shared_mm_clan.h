// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Processes with one mm: a leader, and what it starts. */
#define SHARERS_MAX 8 /* that a leader starts */
#define CLAN_MAX (1 + SHARERS_MAX)

enum clan_kind {
  CLAN_CLONE, /* clone(CLONE_VM): leader and sharers all take memory */
  CLAN_VFORK, /* one vforked child takes memory, the leader waits for it */
};

/* What a clan tells the workload, in memory shared with it. */
struct clan_told
{
  _Atomic pid_t pids[CLAN_MAX]; /* the leader is the first; 0: not there yet */
};

struct clan_plan
{
  enum clan_kind kind;
  int sharers;
  bool siblings; /* sharers are the workload's children (CLONE_PARENT) */
  uint64_t seed;
  uint64_t stream; /* which sequence of the seed is the clan's */
  uint64_t bytes;  /* that each process takes, but for a vfork's leader */
  int gate[2];     /* a pipe: memory is taken once its write ends are closed */
  int leave[2];    /* the same: when to exit with 0; -1: never, CLAN_FED is
                    * the end of a process that nobody killed */
  int ready[2];    /* a pipe that takes one byte from each process that waits
                    * at the gate, and from each that waits to leave. A
                    * vfork's leader writes none. */
  struct clan_told* told;
};

enum clan_end {
  CLAN_LEFT = 0,      /* asked to */
  CLAN_FED = 3,       /* got all it asked for: nothing limited it */
  CLAN_NO_MEMORY = 4, /* clone(2) or mmap(2) failed */
};

/* A child_function for the leader, who reaps nobody: the workload must be the
 * subreaper of all. The argument is a struct clan_plan. Gives a
 * clan_end. */
int clan_lead(void* argument);
