// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/global_member.h"
#include "workloads/global_plan.h"
#include "workloads/lib/judge.h"
#include "workloads/lib/kmsg.h"
#include "workloads/lib/rng.h"
#include "workloads/lib/workload.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The ways to exhaust the guest's memory. */
enum global_variant {
  GLOBAL_ORDER, /* eaters hold what was drawn; a taker exhausts the rest */
  GLOBAL_STORM, /* all eaters take at once, until each is killed */
  GLOBAL_VARIANTS,
};

/* What all rounds together saw. */
struct global_tally
{
  uint64_t rounds[GLOBAL_VARIANTS];
  uint64_t kills[GLOBAL_VARIANTS]; /* of members; of taker and rock, too */
  uint64_t children;               /* members started */
  uint64_t children_killed;        /* the same, in all variants */
  uint64_t repeats;                /* further "Killed process" of one member */
  uint64_t unlogged;               /* killed without a "Killed process" */
  struct foreign_kills foreign;    /* "Killed process" of none of ours */
  uint64_t ordered;                /* kills whose place was looked at */
  uint64_t out_of_order;           /* those of another than the worst */
  char first_out_of_order[200];    /* words about it */
  uint64_t rock_kills;             /* of the unkillable process */
  struct odd_ends odd_ends;        /* members that ended in another way */
  uint64_t cut_rounds;             /* ended by us, long after the duration */
  uint64_t stalls;                 /* rounds that were given up */
  uint64_t available_least;        /* global_available() after a round */
};

/* A workload in progress. */
struct global
{
  struct run* run;
  struct global_told* told;
  struct kmsg kmsg;
  struct rng rng;
  struct bystanders bystanders;
  struct space space;
  uint64_t available; /* global_available() before the first round */
  uint64_t slack;     /* by how much less may be left after a round */
  uint64_t cut_us;    /* a round that lasts until then is cut short */
  int procs;
  uint64_t pool_start;  /* nr_hugepages as we found it */
  uint64_t lists_start; /* percpu_pagelist_high_fraction; UINT64_MAX: none */
  pid_t rock;
  bool rock_ended;
  int rock_status; /* as waitpid(2) gives it */
  struct global_tally tally;
};

/* Bytes that processes can have: MemAvailable, and the pages that CPUs keep
 * for themselves, which are many where watermarks are high. 0 when they can't
 * be read. */
uint64_t global_available(void);

/* Starts the process that no OOM kill may touch, with `bytes` of memory, and
 * waits until it holds them. 0 or -errno. */
int global_start_rock(struct global* global, uint64_t bytes);

/* Asks it to look at its memory and to end; true when it lived until now with
 * all of it intact. */
bool global_end_rock(struct global* global);

/* Plays one round and adds to the tally. False when it could not start or
 * stalled: there is no use in another. Prints a `# kill` line for each kill of
 * a process of ours. */
bool global_round(struct global* global, enum global_variant variant);
