// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/lib/cgroup.h"
#include "workloads/lib/child.h"
#include "workloads/lib/judge.h"
#include "workloads/lib/kmsg.h"
#include "workloads/lib/rng.h"
#include "workloads/lib/workload.h"
#include "workloads/memcg.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MEMBERS_MAX 64

/* The ways into memory.max that the memcg workload knows. */
enum variant {
  VARIANT_MAX,    /* several processes of one group run into its limit */
  VARIANT_GROUP,  /* the same under memory.oom.group=1: all die at once */
  VARIANT_NESTED, /* the limit is the parent's, the memory its children's */
  VARIANT_LOWER,  /* the limit is lowered under a group that is full */
  VARIANTS,
};

/* What all rounds together saw. */
struct tally
{
  uint64_t rounds[VARIANTS];
  uint64_t kills[VARIANTS];     /* members that the OOM killer ended */
  uint64_t events;              /* growth of memory.events oom_kill */
  uint64_t group_events;        /* growth of memory.events oom_group_kill */
  uint64_t children;            /* members started */
  uint64_t children_killed;     /* ended by SIGKILL, and not by us */
  uint64_t repeats;             /* further "Killed process" of one member */
  uint64_t thread_repeats;      /* the same under another thread's id */
  uint64_t unlogged;            /* killed without a "Killed process" */
  struct foreign_kills foreign; /* "Killed process" of no member */
  struct odd_ends odd_ends;     /* members that ended in another way */
  uint64_t survivors;           /* outlived a lowered limit: ended by us */
  uint64_t cut_rounds;          /* ended by us, long after the duration */
  uint64_t stalls;              /* rounds that were given up */
  uint64_t current_max_after;   /* bytes left in a group after a round */
};

/* A workload in progress. */
struct memcg
{
  struct run* run;
  const struct memcg_kind* kind;
  struct kmsg kmsg;
  struct rng rng;
  struct bystanders bystanders;
  uint64_t limit;  /* memory.max, bytes */
  uint64_t cut_us; /* a round that lasts until then is cut short */
  int procs;
  struct cgroup groups[VARIANTS]; /* those that get the limit */
  struct cgroup leaves[2];        /* children of groups[VARIANT_NESTED] */
  struct tally tally;
};

/* Plays one round: starts the members, lets them run into the limit, waits for
 * their end and for the group's memory to fall back, and adds to the tally.
 * False when the round could not start or stalled: there is no use in
 * another. Prints a `# kill` line for each kill. */
bool memcg_round(struct memcg* memcg, enum variant variant);
