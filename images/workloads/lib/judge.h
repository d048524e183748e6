// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/lib/bystander.h"
#include "workloads/lib/kmsg.h"
#include "workloads/lib/ktap.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What workloads that have members OOM-killed count, and judge alike. */

/* "Killed process" of none of the workload's own. */
struct foreign_kills
{
  uint64_t count;
  char first[120]; /* its text, "" when there was none */
};

void foreign_kill(struct foreign_kills* kills,
                  const struct kmsg_record* record);

/* Ends of members in another way than by the kill. */
struct odd_ends
{
  uint64_t count;
  int first_status; /* as waitpid(2) gives it */
};

void odd_end(struct odd_ends* ends, int status);

/* When a member was killed, by the log, on now_us()'s clock. */
struct kill_time
{
  bool known;
  uint64_t us;
};

/* A `# kill` line, with the time from the kill to `end_us` when it is known. */
void print_kill(struct ktap* ktap,
                pid_t pid,
                const char* group,
                const struct kill_time* killed,
                uint64_t end_us);

/* The first of `count` variants that was played (`rounds`) and has none of
 * `counts`; "(none was played)" when none was; else NULL. */
const char* idle_variant(const char* const* names,
                         const uint64_t* rounds,
                         const uint64_t* counts,
                         int count);

/* One result each. */
void judge_foreign(struct ktap* ktap, const struct foreign_kills* kills);
void judge_odd_ends(struct ktap* ktap,
                    const char* name,
                    const struct odd_ends* ends);
void judge_bystanders(struct ktap* ktap,
                      const struct bystanders* bystanders,
                      int intact);
void judge_stalls(struct ktap* ktap, uint64_t stalls, unsigned seconds);

/* `current`: the most that was left in an empty group (cgroup_settle()). */
void judge_leftover(struct ktap* ktap, uint64_t current);
