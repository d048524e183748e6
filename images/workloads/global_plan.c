// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/global_plan.h"

#include <stdlib.h>

#define MIB (1ULL << 20)
/* Pages that a CPU may have counted, and not yet added to the sum. */
#define COUNTER_BATCH 64
/* What a process without memory of its own, or a bystander, may have. */
#define SMALL_PROCESS (3 * MIB)
#define ADJ_MAX 400
#define TRIES 100

/* What one step of oom_score_adj is worth: the kernel divides pages. */
static int64_t adj_unit(const struct space* space)
{
  return (int64_t)(space->total / space->page / 1000 * space->page);
}

int64_t plan_badness(const struct space* space, const struct plan* plan)
{
  return (int64_t)plan->bytes + plan->adj * adj_unit(space);
}

int64_t plan_margin(const struct space* space)
{
  const uint64_t batches = (uint64_t)space->cpus + 1;

  return (int64_t)(batches * COUNTER_BATCH * space->page + space->room / 256);
}

static int64_t floor_of(const struct space* space)
{
  return (int64_t)SMALL_PROCESS + plan_margin(space);
}

static void
sort_worst_first(const struct space* space, int count, struct plan* plans)
{
  int i;
  int j;

  for (i = 1; i < count; i++) {
    const struct plan moved = plans[i];
    const int64_t badness = plan_badness(space, &moved);

    for (j = i; j > 0 && plan_badness(space, &plans[j - 1]) < badness; j--) {
      plans[j] = plans[j - 1];
    }
    plans[j] = moved;
  }
}

static bool
are_apart(const struct space* space, int count, const struct plan* plans)
{
  int i;

  for (i = 1; i < count; i++) {
    if (plan_badness(space, &plans[i - 1]) - plan_badness(space, &plans[i]) <
        plan_margin(space)) {
      return false;
    }
  }
  return plan_badness(space, &plans[count - 1]) >= floor_of(space);
}

static uint64_t whole_pages(const struct space* space, uint64_t bytes)
{
  return bytes / space->page * space->page;
}

static uint64_t largest(const struct space* space, int count)
{
  return whole_pages(space, space->room / 4 * 3 / (uint64_t)count);
}

static uint64_t
draw_bytes(struct rng* rng, const struct space* space, int count)
{
  const uint64_t high = largest(space, count);

  return whole_pages(space, rng_between(rng, high / 2, high));
}

/* Sizes alone decide: equal steps, as wide as there is room for, or less. */
static bool draw_by_size(struct rng* rng,
                         const struct space* space,
                         int count,
                         struct plan* plans)
{
  const uint64_t small = (uint64_t)floor_of(space);
  /* A kill must free more than lists of CPUs can hold back. */
  const uint64_t enough = space->room / 16;
  const uint64_t least =
      whole_pages(space, small > enough ? small : enough) + space->page;
  const uint64_t narrow = (uint64_t)plan_margin(space) + space->page;
  const uint64_t steps = (uint64_t)count * (uint64_t)(count - 1) / 2;
  const uint64_t all = space->room / 4 * 3;
  uint64_t step;
  int i;

  if (steps == 0 || all < (uint64_t)count * least + steps * narrow) {
    return false;
  }
  step = rng_between(rng, narrow, (all - (uint64_t)count * least) / steps);
  for (i = 0; i < count; i++) {
    plans[i].bytes =
        whole_pages(space, least + (uint64_t)(count - 1 - i) * step);
    plans[i].adj = 0;
  }
  return are_apart(space, count, plans);
}

/* oom_score_adj: none for one in three, else a lot or what the size makes up
 * for. */
static int draw_adj(struct rng* rng, const struct space* space, uint64_t bytes)
{
  const int64_t unit = adj_unit(space);
  const uint32_t most = unit > 0 ? (uint32_t)((int64_t)bytes / unit) : 0;

  switch (rng_below(rng, 3)) {
  case 0:
    return 0;
  case 1:
    return (int)rng_below(rng, ADJ_MAX + 1);
  default:
    return -(int)rng_below(rng, (most < 500 ? most : 500) + 1);
  }
}

static bool draw_mixed(struct rng* rng,
                       const struct space* space,
                       int count,
                       struct plan* plans)
{
  int i;

  for (i = 0; i < count; i++) {
    plans[i].bytes = draw_bytes(rng, space, count);
    plans[i].adj = draw_adj(rng, space, plans[i].bytes);
  }
  sort_worst_first(space, count, plans);
  return are_apart(space, count, plans);
}

/* What always works, but for more eaters than there are steps: oom_score_adj
 * in steps that no size makes up for. */
static void draw_by_adj(struct rng* rng,
                        const struct space* space,
                        int count,
                        struct plan* plans)
{
  const int64_t unit = adj_unit(space) > 0 ? adj_unit(space) : 1;
  const uint64_t high = largest(space, count);
  const int64_t apart = (int64_t)(high > SMALL_PROCESS ? high : SMALL_PROCESS) +
                        plan_margin(space);
  const int step = (int)(apart / unit) + 1;
  int i;

  for (i = 0; i < count; i++) {
    plans[i].bytes = draw_bytes(rng, space, count);
    plans[i].adj = (count - i) * step;
  }
}

void plan_draw(struct rng* rng,
               const struct space* space,
               int count,
               struct plan* plans)
{
  int i;

  if (rng_below(rng, 3) == 0 && draw_by_size(rng, space, count, plans)) {
    return;
  }
  for (i = 0; i < TRIES; i++) {
    if (draw_mixed(rng, space, count, plans)) {
      return;
    }
  }
  draw_by_adj(rng, space, count, plans);
}
