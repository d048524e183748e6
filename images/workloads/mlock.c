// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rounds of memcg with locked memory: members lock what they take (mlock,
 * mlock2 with MLOCK_ONFAULT, mlockall, MAP_LOCKED), while a second thread of
 * each unlocks and locks ranges of it, until the OOM killer comes. An exit that
 * munlocks by walking the page tables races with the reaper here. Judged
 * besides what memcg judges: memory was locked, and Mlocked and Unevictable
 * return to their start.
 */
#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/lib/meminfo.h"
#include "workloads/lib/shared.h"
#include "workloads/memcg.h"
#include "workloads/memcg_eater.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define REGIONS_MIN 8
#define REGIONS_MAX 32
#define SECONDS 256 /* more than there are members at a time */
#define SECOND_STACK (256UL << 10)
#define HUGE_SIZE "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"
/* With huge pages the group's limit is so many of them at least. */
#define LIMIT_HUGE 16

enum way {
  WAY_MLOCK,   /* mlock: locks and faults in at once */
  WAY_ONFAULT, /* mlock2 with MLOCK_ONFAULT: locks as pages are touched */
  WAY_ALL,     /* mlockall for all that comes */
  WAY_MAP,     /* MAP_LOCKED */
  WAYS,
};

static const char* const way_names[WAYS] = {"mlock", "onfault", "all", "map"};

/* A second thread, by the kernel's log, and whose it is. */
struct second
{
  _Atomic pid_t thread;
  _Atomic pid_t process;
};

/* What members tell; in memory that all of them share. */
struct told
{
  _Atomic uint64_t locked[WAYS]; /* regions locked and touched */
  _Atomic uint64_t unlocks;      /* ranges that second threads unlocked */
  _Atomic uint64_t mlocked_max;  /* the most of Mlocked that one saw, kB */
  _Atomic uint32_t seconds;      /* second threads started */
  struct second list[SECONDS];   /* the newest of them, in a ring */
};

static struct told* told;
static uint64_t mlocked_start;     /* kB, as meminfo has it */
static uint64_t unevictable_start; /* kB */
static uint64_t huge; /* bytes of a huge page when members take them, or 0 */
static uint64_t faults_start;

/* The regions of one member, as both of its threads see them. */
struct holdings
{
  struct rng rng; /* the second thread's */
  uint64_t page;
  uint64_t pages; /* of each region */
  uint64_t step;  /* pages: what the second thread unlocks is whole steps */
  char* _Atomic regions[REGIONS_MAX];
};

static void see_mlocked(void)
{
  const uint64_t now = meminfo_kib("Mlocked");
  uint64_t most = atomic_load(&told->mlocked_max);

  while (now != UINT64_MAX && now > most &&
         !atomic_compare_exchange_weak(&told->mlocked_max, &most, now)) {
  }
}

/* The second thread: unlocks ranges, and locks some of them again. Ends after
 * a number of turns, or with the process. */
static void* unlock_and_lock(void* argument)
{
  struct holdings* held = argument;
  struct second* second =
      &told->list[atomic_fetch_add(&told->seconds, 1) % SECONDS];
  const uint32_t turns = 1 + rng_below(&held->rng, 256);
  uint32_t i;

  atomic_store(&second->process, getpid());
  atomic_store(&second->thread, gettid());
  for (i = 0; i < turns; i++) {
    char* region =
        atomic_load(&held->regions[rng_below(&held->rng, REGIONS_MAX)]);
    const uint64_t steps = held->pages / held->step;
    const uint64_t first = rng_below(&held->rng, (uint32_t)steps);
    const uint64_t count = 1 + rng_below(&held->rng, (uint32_t)(steps - first));
    const uint64_t bytes = count * held->step * held->page;

    if (!region) {
      nap_us(200);
      continue;
    }
    region += first * held->step * held->page;
    if (munlock(region, bytes) == 0) {
      atomic_fetch_add(&told->unlocks, 1);
    }
    if (rng_below(&held->rng, 2)) {
      mlock2(region, bytes, MLOCK_ONFAULT);
    }
  }
  return NULL;
}

static pid_t process_of(pid_t thread)
{
  int i;

  for (i = 0; i < SECONDS; i++) {
    if (atomic_load(&told->list[i].thread) == thread) {
      return atomic_load(&told->list[i].process);
    }
  }
  return 0;
}

/* `bytes` of memory, at a huge page's boundary when those are asked for; NULL
 * when there is none. */
static char* take(enum way way, uint64_t bytes)
{
  char* region =
      mmap(NULL,
           bytes + huge,
           PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | (way == WAY_MAP ? MAP_LOCKED : 0),
           -1,
           0);
  int error = 0;

  if (region == MAP_FAILED) {
    return NULL;
  }
  if (huge) {
    region += (huge - (uintptr_t)region % huge) % huge;
    error = madvise(region, bytes, MADV_HUGEPAGE);
  }
  if (!error && way == WAY_MLOCK) {
    error = mlock(region, bytes);
  } else if (!error && way == WAY_ONFAULT) {
    error = mlock2(region, bytes, MLOCK_ONFAULT);
  }
  return error ? NULL : region;
}

/* A small stack: mlockall takes all of it. */
static int start_second(struct holdings* held)
{
  pthread_attr_t attributes;
  pthread_t second;

  if (pthread_attr_init(&attributes) != 0 ||
      pthread_attr_setstacksize(&attributes, SECOND_STACK) != 0) {
    return -1;
  }
  return pthread_create(&second, &attributes, unlock_and_lock, held) ? -1 : 0;
}

static int eat_locked(void* argument)
{
  static struct holdings held; /* lives as long as the second thread */
  const struct eater* eater = argument;
  struct rng rng;
  uint64_t regions;
  uint64_t unit;
  uint64_t i;
  enum way way;

  rng_seed(&rng, eater->seed, eater->stream);
  rng_seed(&held.rng, eater->seed, eater->stream + (1ULL << 32));
  eater_wait(eater);
  way = (enum way)rng_below(&rng, WAYS);
  regions = rng_between(&rng, REGIONS_MIN, REGIONS_MAX);
  held.page = (uint64_t)sysconf(_SC_PAGESIZE);
  /* What a region and an unlocking are made of: huge pages mostly stay whole,
   * but half of the members split some. */
  unit = huge ? huge : held.page;
  held.pages =
      (eater->bytes + regions * unit - 1) / (regions * unit) * unit / held.page;
  held.step = huge && rng_below(&rng, 2) ? huge / held.page : 1;
  if (start_second(&held) < 0 ||
      (way == WAY_ALL && mlockall(MCL_CURRENT | MCL_FUTURE) < 0)) {
    return EATER_NO_MEMORY;
  }
  for (i = 0; i < regions; i++) {
    char* region = take(way, held.pages * held.page);

    if (!region) {
      return EATER_NO_MEMORY;
    }
    atomic_store(&held.regions[i], region);
    eater_touch(&rng, region, held.pages, held.page);
    atomic_fetch_add(&told->locked[way], 1);
    see_mlocked();
  }
  return eater_keep(eater);
}

static uint64_t huge_faults(void)
{
  uint64_t faults = 0;

  read_keyed("/proc/vmstat", "thp_fault_alloc", &faults);
  return faults;
}

static void judge_locks(struct run* run)
{
  struct ktap* ktap = &run->ktap;
  const uint64_t most = atomic_load(&told->mlocked_max);
  uint64_t regions = 0;
  char key[32];
  int i;

  for (i = 0; i < WAYS; i++) {
    strcpy(key, "locked.");
    strcat(key, way_names[i]);
    ktap_count(ktap, key, atomic_load(&told->locked[i]));
    regions += atomic_load(&told->locked[i]);
  }
  ktap_count(ktap, "unlocks", atomic_load(&told->unlocks));
  ktap_count(ktap, "mlocked_start_kb", mlocked_start);
  ktap_count(ktap, "mlocked_max_kb", most);
  ktap_result(ktap,
              regions > 0 && most > mlocked_start + meminfo_slack(),
              "memory was locked",
              "%llu regions were locked, Mlocked was %llu kB at most",
              (unsigned long long)regions,
              (unsigned long long)most);
  meminfo_judge_return(
      ktap, "mlocked memory returns", "Mlocked", mlocked_start);
  meminfo_judge_return(
      ktap, "unevictable memory returns", "Unevictable", unevictable_start);
  if (huge) {
    const uint64_t faults = huge_faults() - faults_start;

    ktap_count(ktap, "thp_fault_alloc", faults);
    ktap_result(ktap,
                faults > 0,
                "huge pages were faulted in",
                "thp_fault_alloc did not grow");
  }
}

/* Has members take huge pages; false when there are none. */
static bool take_huge_pages(struct memcg_kind* kind)
{
  if (read_number(HUGE_SIZE, &huge) < 0 || huge == 0) {
    return false;
  }
  kind->smallest = LIMIT_HUGE * huge;
  kind->results++;
  faults_start = huge_faults();
  return true;
}

static enum workload_end run_mlock(struct run* run)
{
  struct memcg_kind kind = {.member = eat_locked,
                            .process_of = process_of,
                            .results = 3,
                            .judge = judge_locks};

  if (run_number(run, "huge", 0, 0, 1) && !take_huge_pages(&kind)) {
    ktap_skip_all(&run->ktap, "the kernel has no transparent huge pages here");
    return WORKLOAD_DONE;
  }

  told = share(run, sizeof(*told));
  mlocked_start = meminfo_kib("Mlocked");
  unevictable_start = meminfo_kib("Unevictable");
  return memcg_play(run, &kind);
}

WORKLOAD(mlock, "mlock", run_mlock);
