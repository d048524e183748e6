// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/shared_mm_round.h"

/* One of a clan's processes, as the workload sees it. */
struct sharer_state
{
  pid_t pid;
  bool ended;
  bool held;    /* stopped on its way out */
  bool stopped; /* we killed it */
};

/* A clan in a round. */
struct clan
{
  struct clan_plan plan;
  const struct cgroup* group;
  struct rng
      disturbing; /* what clan_disturb() draws: as often as time has it */
  struct sharer_state members[CLAN_MAX]; /* the leader is the first */
  int count;
  int ended;
  bool guarded; /* nobody may choose any of them */
  bool seized;  /* to be stopped on its way out */
  bool let_go;  /* and no longer */
  unsigned kill_lines;
  pid_t victim;            /* of the first "Killed process" */
  struct kill_time killed; /* when that was logged */
  uint64_t seen_us;        /* when we read it */
  uint64_t overdue_us;     /* the victim is gone: so must all be by then; 0: it
                            * is not */
  unsigned reaps;
};

struct round
{
  enum way way;
  struct clan clans[CLANS_MAX];
  int count;
  bool cut; /* ended by us, since the time was up */
};

/* All of the round's processes, and how many of them have ended. */
int members_started(const struct round* round);
int members_ended(const struct round* round);

/* Takes in what the kernel logged, then each child that ended, or stopped on
 * its way out; true when one of these has. */
bool members_reap(struct shared* shared, struct round* round);

/* Takes in what the kernel logged by now. */
void members_read_log(struct shared* shared, struct round* round);

/* The same at the end of the round; prints the kills of clans that are still
 * there, too. */
void members_finish(struct shared* shared, struct round* round);

/* Kills what is left of the clans for which `which` is true. Gives how many
 * processes that were. */
uint64_t members_stop(struct round* round, bool (*which)(const struct clan*));

/* Has every member stop on its way out. False when one can't be. */
bool members_seize(struct round* round);

/* Lets a clan's stopped members go on to their end. */
void clan_let_go(struct clan* clan);

/* Writes oom_score_adj of random members, and reads it back of all: one number
 * among sharers, but each its own in a vfork. Leaves them at 0 or above. */
void clan_check_adj(struct shared* shared, struct clan* clan);

/* Makes a clan unkillable, by writing the oom_score_adj of one process: for a
 * vforked child the leader's, with its own at 1000. */
void clan_guard(struct shared* shared, struct clan* clan);

/* Writes a random oom_score_adj to the leader, while it starts sharers. */
void clan_disturb(struct shared* shared, struct clan* clan);
