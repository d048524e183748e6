// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes that share an mm also share libc's state: errno is anybody's, and
 * nothing here may use malloc() or stdio.
 */
#include "workloads/shared_mm_clan.h"

#include "workloads/lib/rng.h"
#include "workloads/memcg_eater.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#define REGIONS_MAX 4
#define STACK_BYTES (64UL << 10)

struct sharer
{
  const struct clan_plan* plan;
  int index; /* in told->pids */
};

static char stacks[SHARERS_MAX][STACK_BYTES] __attribute__((aligned(64)));
static struct sharer sharers[CLAN_MAX];

/* Until the other end is closed. No call but read(2) tells: errno may be
 * another process's. */
static void wait_for_end(int fd)
{
  char byte;

  while (read(fd, &byte, 1) != 0) {
  }
}

static void say_ready(const struct clan_plan* plan)
{
  while (write(plan->ready[1], "r", 1) < 0) {
  }
}

static bool take(const struct clan_plan* plan, struct rng* rng)
{
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  const uint64_t regions = 1 + rng_below(rng, REGIONS_MAX);
  const uint64_t pages = (plan->bytes + regions * page - 1) / (regions * page);
  uint64_t i;

  for (i = 0; i < regions; i++) {
    char* region = mmap(NULL,
                        pages * page,
                        PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                        -1,
                        0);

    if (region == MAP_FAILED) {
      return false;
    }
    if (rng_below(rng, 2)) {
      madvise(region, pages * page, MADV_NOHUGEPAGE);
    }
    eater_touch(rng, region, pages, page);
  }
  return true;
}

/* One process's life. */
static int share(void* argument)
{
  const struct sharer* self = argument;
  const struct clan_plan* plan = self->plan;
  struct rng rng;

  rng_seed(&rng, plan->seed, plan->stream + ((uint64_t)self->index << 32));
  atomic_store(&plan->told->pids[self->index], getpid());
  say_ready(plan);
  wait_for_end(plan->gate[0]);
  if (!take(plan, &rng)) {
    return CLAN_NO_MEMORY;
  }
  if (plan->leave[0] < 0) {
    return CLAN_FED;
  }
  say_ready(plan);
  wait_for_end(plan->leave[0]);
  return CLAN_LEFT;
}

static pid_t start(const struct clan_plan* plan, int index, int flags)
{
  sharers[index].plan = plan;
  sharers[index].index = index;
  return clone(share,
               stacks[index - 1] + STACK_BYTES,
               CLONE_VM | SIGCHLD | flags,
               &sharers[index]);
}

/* Goes on once the child has ended, and leaves it to the workload to reap. */
static int lead_vfork(const struct clan_plan* plan)
{
  return start(plan, 1, CLONE_VFORK) < 0 ? CLAN_NO_MEMORY : CLAN_LEFT;
}

int clan_lead(void* argument)
{
  const struct clan_plan* plan = argument;
  int i;

  signal(SIGCHLD, SIG_DFL); /* ends of sharers interrupt nothing */
  close(plan->gate[1]);
  if (plan->leave[1] >= 0) {
    close(plan->leave[1]);
  }
  atomic_store(&plan->told->pids[0], getpid());
  if (plan->kind == CLAN_VFORK) {
    return lead_vfork(plan);
  }
  for (i = 1; i <= plan->sharers; i++) {
    if (start(plan, i, plan->siblings ? CLONE_PARENT : 0) < 0) {
      return CLAN_NO_MEMORY;
    }
  }
  sharers[0].plan = plan;
  return share(&sharers[0]);
}
