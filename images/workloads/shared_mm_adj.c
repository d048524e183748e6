// SPDX-License-Identifier: GPL-2.0-or-later
/* oom_score_adj of processes that share an mm: fs/proc/base.c, __set_oom_adj.
 */
#include "workloads/lib/file.h"
#include "workloads/shared_mm_members.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECKS 3 /* writes a clan, besides those to its leader at the start */
#define ADJ_MIN (-1000)
#define ADJ_MAX 1000

static void adj_path(char path[static 64], pid_t pid)
{
  snprintf(path, 64, "/proc/%d/oom_score_adj", pid);
}

/* INT_MIN when it can't be read. */
static int read_adj(pid_t pid)
{
  char path[64];
  char text[32];
  char* end;
  long value;

  adj_path(path, pid);
  if (read_text(path, text, sizeof(text)) <= 0) {
    return INT_MIN;
  }
  value = strtol(text, &end, 10);
  return end == text ? INT_MIN : (int)value;
}

static void
write_adj(struct shared* shared, const struct clan* clan, int index, int value)
{
  struct shared_tally* tally = &shared->tally;
  char path[64];
  char text[16];
  int error;

  adj_path(path, clan->members[index].pid);
  snprintf(text, sizeof(text), "%d", value);
  error = write_text(path, text);
  tally->adj_writes++;
  if (error && tally->adj_wrong++ == 0) {
    snprintf(tally->first_wrong,
             sizeof(tally->first_wrong),
             "%d can't be written to process %d: %s",
             value,
             index,
             strerror(-error));
  }
}

static void expect(struct shared* shared,
                   const struct clan* clan,
                   int index,
                   int value,
                   int written)
{
  struct shared_tally* tally = &shared->tally;
  const int found = read_adj(clan->members[index].pid);

  tally->adj_reads++;
  if (found != value && tally->adj_wrong++ == 0) {
    snprintf(tally->first_wrong,
             sizeof(tally->first_wrong),
             "process %d of %d has %d, not %d, process %d was written to",
             index,
             clan->count,
             found,
             value,
             written);
  }
}

static void expect_all(struct shared* shared,
                       const struct clan* clan,
                       int value,
                       int written)
{
  int i;

  for (i = 0; i < clan->count; i++) {
    expect(shared, clan, i, value, written);
  }
}

static int any_adj(struct rng* rng, int low)
{
  return low + (int)rng_below(rng, (uint32_t)(ADJ_MAX - low + 1));
}

/* A vforked child wants its own: neither process's shows in the other. */
static void check_vfork(struct shared* shared, const struct clan* clan)
{
  const int own = any_adj(&shared->rng, 0);
  const int parents = any_adj(&shared->rng, 0);

  write_adj(shared, clan, 0, parents);
  write_adj(shared, clan, 1, own);
  expect(shared, clan, 0, parents, 1);
  expect(shared, clan, 1, own, 1);
  write_adj(shared, clan, 0, own);
  write_adj(shared, clan, 1, parents);
  write_adj(shared, clan, 0, own);
  expect(shared, clan, 0, own, 0);
  expect(shared, clan, 1, parents, 0);
}

void clan_check_adj(struct shared* shared, struct clan* clan)
{
  int i;

  if (clan->plan.kind == CLAN_VFORK) {
    check_vfork(shared, clan);
    return;
  }
  /* What came while sharers were started reached all of them, too. */
  expect_all(shared, clan, read_adj(clan->members[0].pid), 0);
  for (i = 0; i < CHECKS; i++) {
    const int written = (int)rng_below(&shared->rng, (uint32_t)clan->count);
    const int value = any_adj(&shared->rng, i + 1 < CHECKS ? ADJ_MIN : 0);

    write_adj(shared, clan, written, value);
    expect_all(shared, clan, value, written);
  }
}

void clan_guard(struct shared* shared, struct clan* clan)
{
  const int written = clan->plan.kind == CLAN_VFORK
                          ? 0
                          : (int)rng_below(&shared->rng, (uint32_t)clan->count);

  write_adj(shared, clan, written, ADJ_MIN);
  if (clan->plan.kind == CLAN_VFORK) {
    write_adj(shared, clan, 1, ADJ_MAX);
    expect(shared, clan, 0, ADJ_MIN, 1);
    expect(shared, clan, 1, ADJ_MAX, 1);
  } else {
    expect_all(shared, clan, ADJ_MIN, written);
  }
}

void clan_disturb(struct shared* shared, struct clan* clan)
{
  write_adj(shared, clan, 0, any_adj(&clan->disturbing, ADJ_MIN));
}
