// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/lib/cgroup.h"
#include "workloads/lib/judge.h"
#include "workloads/lib/kmsg.h"
#include "workloads/lib/rng.h"
#include "workloads/lib/workload.h"
#include "workloads/mrelease_releaser.h"

#include <stdbool.h>
#include <stdint.h>

#define RELEASERS_MAX 16

/* How a victim is killed. */
enum way {
  WAY_SIGNAL, /* SIGKILL by its pidfd */
  WAY_OOM,    /* by the OOM killer, in its group's limit */
  WAY_HELD,   /* SIGKILL, and kept from exiting until its memory is gone */
  WAYS,
};

/* What all rounds together saw. */
struct mrelease_tally
{
  uint64_t rounds[WAYS];        /* but for those cut short */
  uint64_t kills[WAYS];         /* victims that ended by SIGKILL, not by us */
  uint64_t zeros[WAYS];         /* calls that gave 0 */
  uint64_t raced[WAYS];         /* struct released, raced */
  uint64_t events;              /* growth of memory.events oom_kill */
  uint64_t logged;              /* "Killed process" of victims */
  struct foreign_kills foreign; /* "Killed process" of others */
  struct odd_ends odd_ends;     /* victims that ended in another way */
  uint64_t held;                /* victims whose memory was looked at */
  uint64_t held_max;            /* the most that one had, bytes */
  uint64_t rss_max;             /* the most that one still mapped, bytes */
  uint64_t rss_bound;           /* what that may be */
  uint64_t charged_max;         /* the most that a group was still charged with,
                                 * in hundredths of what the victim had mapped */
  uint64_t cut_rounds;          /* ended by us, long after the duration */
  uint64_t stalls;              /* rounds that were given up */
  uint64_t current_max_after;   /* bytes left in a group after a round */
};

/* A workload in progress. */
struct mrelease
{
  struct run* run;
  struct kmsg kmsg;
  struct rng rng;
  struct bystanders bystanders;
  uint64_t cut_us; /* a round that lasts until then is cut short */
  uint64_t vmas;   /* of each victim */
  uint64_t bytes;  /* that each touches, but for huge pages */
  uint64_t huge;   /* bytes of a huge page, or 0 */
  int releasers;
  int file; /* what victims map privately */
  struct cgroup groups[WAYS];
  struct released* released; /* shared with releasers: all rounds' */
  _Atomic int* dying;        /* shared with releasers */
  struct mrelease_tally tally;
};

/* Plays one round: starts a victim and its releasers, has it killed, waits for
 * their ends and for the group's memory to fall back, and adds to the tally.
 * False when the round could not start or stalled: there is no use in
 * another. Prints a `# kill` line for an OOM kill. */
bool mrelease_round(struct mrelease* mrelease, enum way way);
