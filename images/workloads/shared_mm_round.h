// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/lib/cgroup.h"
#include "workloads/lib/judge.h"
#include "workloads/lib/kmsg.h"
#include "workloads/lib/rng.h"
#include "workloads/lib/workload.h"
#include "workloads/shared_mm_clan.h"

#include <stdbool.h>
#include <stdint.h>

#define CLANS_MAX 16

/* The kinds of rounds. */
enum way {
  WAY_CLONE,      /* clans of clone(CLONE_VM) run into their group's limit */
  WAY_VFORK,      /* vforked children do, while their parents wait for them */
  WAY_GROUP,      /* as clone, with memory.oom.group: all clans die at once */
  WAY_OUTSIDE,    /* as clone, with half of the sharers in another group */
  WAY_HELD,       /* as clone, kept from exiting until the reaper has come */
  WAY_UNKILLABLE, /* clans with oom_score_adj -1000 beside killable ones */
  WAYS,
};

/* What all rounds together saw. */
struct shared_tally
{
  uint64_t rounds[WAYS];        /* but for those cut short */
  uint64_t kills[WAYS];         /* "Killed process" of members */
  uint64_t events;              /* growth of memory.events oom_kill */
  uint64_t processes;           /* started */
  uint64_t killed;              /* processes that ended by SIGKILL, not by us */
  struct foreign_kills foreign; /* "Killed process" of no member */
  struct odd_ends odd_ends;     /* members that ended in another way */
  uint64_t survivors;           /* sharers that outlived the victim */
  uint64_t later_kills;         /* sharers that it took another kill to end */
  uint64_t vforked;             /* vforked children that were chosen */
  uint64_t unkillable;          /* processes that were chosen, though at -1000
                                 * or vforked by one */
  uint64_t guarded;      /* processes at -1000 that lived, as they should */
  uint64_t lost;         /* and that did not */
  uint64_t reaps;        /* "oom_reaper: reaped process" of members */
  uint64_t again;        /* further ones of the same mm */
  uint64_t held;         /* clans kept from exiting, and killed */
  uint64_t unreaped;     /* those that the reaper did not come to */
  uint64_t adj_writes;   /* of oom_score_adj */
  uint64_t adj_reads;    /* of what should be the same, or stay */
  uint64_t adj_wrong;    /* reads that gave another number */
  char first_wrong[120]; /* the first of them, "" when there was none */
  uint64_t cut_rounds;   /* ended by us, long after the duration */
  uint64_t stalls;       /* rounds that were given up */
  uint64_t current_max_after; /* bytes left in a group after a round */
};

/* A workload in progress. */
struct shared
{
  struct run* run;
  struct kmsg kmsg;
  struct rng rng;
  struct bystanders bystanders;
  uint64_t limit;  /* memory.max, bytes */
  uint64_t cut_us; /* a round that lasts until then is cut short */
  int procs;       /* clans in a round */
  int sharers;     /* started by each leader */
  struct cgroup groups[WAYS];
  struct cgroup outside;
  struct clan_told* told; /* CLANS_MAX of them, shared with members */
  struct shared_tally tally;
};

/* Plays one round: starts the clans, writes and reads their oom_score_adj, lets
 * them run into the limit, waits for their end and for the group's memory to
 * fall back, and adds to the tally. False when the round could not start or
 * stalled: there is no use in another. Prints `# kill` lines. */
bool shared_round(struct shared* shared, enum way way);
