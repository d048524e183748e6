// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/lib/rng.h"

#include <stdbool.h>
#include <stdint.h>

#define EATERS_MAX 32

/* What the guest has, in bytes. */
struct space
{
  uint64_t page;
  uint64_t total; /* MemTotal */
  uint64_t room;  /* what is left for eaters and taker */
  int cpus;
};

/* What an eater holds when the OOM killer looks at it. */
struct plan
{
  uint64_t bytes;
  int adj; /* its oom_score_adj */
};

/* The badness that the kernel works out (mm/oom_kill.c, oom_badness), in bytes
 * and without what all eaters have in common. */
int64_t plan_badness(const struct space* space, const struct plan* plan);

/* By how much the badness of two eaters must differ to be told apart: the
 * kernel's counters of resident pages lag by a batch a CPU, and page tables
 * are not in plan_badness(). */
int64_t plan_margin(const struct space* space);

/* Draws sizes and oom_score_adj of `count` eaters, worst first, all apart by
 * the margin and above any small process. They take up three quarters of the
 * room at most. Now and then all have oom_score_adj 0, where sizes alone can be
 * that far apart. Pure. */
void plan_draw(struct rng* rng,
               const struct space* space,
               int count,
               struct plan* plans);
