// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rounds of memcg with SysV hugetlb segments that many processes attach:
 * members of the group, which are OOM-killed, and visitors, which come and go.
 * One segment spans 1 GiB, so that its page tables are shared where the
 * architecture knows how: a fault shares what an exit or shmdt(2) unshares.
 * Judged besides what memcg judges: tables were shared, the segments hold what
 * was written, visitors are left alone, and the pool of huge pages is whole
 * again.
 */
#include "workloads/hugetlb-shared_segment.h"
#include "workloads/hugetlb-shared_visitor.h"
#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/lib/meminfo.h"
#include "workloads/lib/shared.h"
#include "workloads/memcg.h"
#include "workloads/memcg_eater.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#define POOL "/proc/sys/vm/nr_hugepages"
#define POOL_MIN 4 /* huge pages: fewer are no workload */
#define POOL_MAX 4096
/* Out of the way of everything, and of each other: under powerpc's hash MMU all
 * pages of a TiB have one size. */
#define LARGE_BASE (16ULL << 40)
#define SMALL_BASE (17ULL << 40)
#define MEALS 8 /* parts of what a member eats */
#define TOUCHES_MAX 16
#define SETTLE_US (5 * US_PER_S)

#if defined(__x86_64__)
#define SHARES_TABLES true
#else
#define SHARES_TABLES false
#endif

enum counter {
  COUNTER_TOTAL,
  COUNTER_FREE,
  COUNTER_RSVD,
  COUNTER_SURP,
  COUNTERS,
};

/* Of /proc/meminfo, in huge pages. */
static const char* const counter_names[COUNTERS] = {
    "HugePages_Total", "HugePages_Free", "HugePages_Rsvd", "HugePages_Surp"};

/* How often pages were counted as mapped while two processes mapped them. */
struct probes
{
  uint64_t once; /* they share the page table */
  uint64_t twice;
  int64_t other; /* the last of other answers, see enum mappings */
};

/* In memory that all processes share. */
struct told
{
  struct visit_told visits;
  struct segment_told members;
};

static struct told* told;
static struct rng rng;
static struct segment large = {
    .id = -1, .base = LARGE_BASE, .bytes = SEGMENT_SPAN};
static struct segment small = {.id = -1, .base = SMALL_BASE};
static struct visit_hosts hosts = {.large = &large, .small = &small};
static struct probes large_probes;
static struct probes small_probes;
static uint64_t start[COUNTERS];   /* before we made a pool */
static uint64_t resting[COUNTERS]; /* with a pool that nobody uses */
static uint64_t left[COUNTERS];    /* after the last round */
static bool pool_whole = true;
static int make_error; /* of shmget(2) */
static uint64_t host_stalls;

static void read_counters(uint64_t* counters)
{
  int i;

  for (i = 0; i < COUNTERS; i++) {
    counters[i] = meminfo_kib(counter_names[i]);
  }
}

/* Waits for the counters to be as `wanted`, and gives what they are. */
static bool counters_return(const uint64_t* wanted, uint64_t* counters)
{
  const uint64_t deadline = now_us() + SETTLE_US;

  read_counters(counters);
  while (memcmp(counters, wanted, COUNTERS * sizeof(*counters)) != 0) {
    if (now_us() >= deadline) {
      return false;
    }
    nap_us(10 * US_PER_MS);
    read_counters(counters);
  }
  return true;
}

/* Looks at a segment, which is attached first where `at` is NULL; false when
 * that can't be. */
static bool look(struct rng* own, const struct segment** segment, char** at)
{
  if (!*at) {
    *segment = rng_below(own, 4) > 0 ? &large : &small;
    *at = segment_attach(
        *segment, rng_below(own, SEGMENT_PLACES), &told->members);
  }
  if (!*at) {
    return false;
  }
  segment_touch(*segment,
                own,
                &told->members,
                *at,
                1 + rng_below(own, TOUCHES_MAX),
                false);
  return true;
}

/* A member: looks at a segment, eats, and comes back to the same or another
 * one for the next meal. */
static int eat_attached(void* argument)
{
  const struct eater* eater = argument;
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  const uint64_t pages = eater->bytes / page;
  const struct segment* segment = NULL;
  char* at = NULL;
  struct rng own;
  uint64_t i;
  char* food;

  rng_seed(&own, eater->seed, eater->stream);
  eater_wait(eater);
  food = mmap(NULL,
              pages * page,
              PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
              -1,
              0);
  for (i = 0; i < MEALS; i++) {
    const uint64_t first = pages * i / MEALS;
    const uint64_t end = pages * (i + 1) / MEALS;

    if (food == MAP_FAILED || !look(&own, &segment, &at)) {
      return EATER_NO_MEMORY;
    }
    eater_touch(&own, food + first * page, end - first, page);
    if (i + 1 < MEALS && rng_below(&own, 2)) {
      shmdt(at);
      at = NULL;
    }
  }
  return eater_keep(eater);
}

static void probe(const struct segment* segment, struct probes* probes)
{
  const int64_t mappings = segment_mappings(segment, &told->visits.segments);

  if (mappings == 1) {
    probes->once++;
  } else if (mappings == 2) {
    probes->twice++;
  } else {
    probes->other = mappings;
  }
}

static bool before_round(struct run* run)
{
  const uint64_t pages = resting[COUNTER_FREE];
  const uint32_t reserved = pages / 8 > 1 ? (uint32_t)(pages / 8) : 1;

  (void)run;
  if (!pool_whole || host_stalls > 0) {
    return false; /* what follows would fail for that */
  }
  small.bytes = reserved * small.huge;
  make_error = segment_make(&small, &rng, reserved, true);
  if (!make_error) {
    make_error = segment_make(&large, &rng, (uint32_t)pages - reserved, false);
  }
  if (make_error) {
    return false;
  }
  probe(&large, &large_probes);
  probe(&small, &small_probes);
  if (!visits_start(&hosts, &rng)) {
    host_stalls++;
    return false;
  }
  return true;
}

static void after_round(struct run* run)
{
  (void)run;
  host_stalls += visits_stop(&hosts) ? 0 : 1;
  segment_drop(&large);
  segment_drop(&small);
  pool_whole = counters_return(resting, left);
}

static uint64_t print_visits(struct ktap* ktap)
{
  uint64_t visits = 0;
  char key[32];
  int i;

  for (i = 0; i < VISITS; i++) {
    const uint64_t count = atomic_load(&told->visits.visits[i]);

    snprintf(key, sizeof(key), "visits.%s", visit_names[i]);
    ktap_count(ktap, key, count);
    visits += count;
  }
  ktap_count(ktap, "visits", visits);
  return visits;
}

static void judge_use(struct ktap* ktap)
{
  const uint64_t attached = atomic_load(&told->members.attached);
  const uint64_t visits = print_visits(ktap);

  ktap_count(ktap, "huge_page", large.huge);
  ktap_count(ktap, "huge_pages", resting[COUNTER_FREE]);
  ktap_count(ktap, "attached.members", attached);
  ktap_count(
      ktap, "attached.visitors", atomic_load(&told->visits.segments.attached));
  ktap_count(ktap, "touched.members", atomic_load(&told->members.touched));
  ktap_count(
      ktap, "touched.visitors", atomic_load(&told->visits.segments.touched));
  ktap_result(ktap,
              attached > 0 && visits > 0,
              "members and visitors used the segments",
              "members attached %llu times, %llu visitors came and went",
              (unsigned long long)attached,
              (unsigned long long)visits);
}

/* The small segment, which can't share, shows that the count tells. */
static void judge_sharing(struct ktap* ktap)
{
  static const char name[] = "page tables were shared";

  ktap_count(ktap, "shared_tables", large_probes.once);
  ktap_count(ktap, "unshared_tables", small_probes.twice);
  if (large_probes.other == MAPPINGS_NO_FILE) {
    ktap_skip(ktap, name, "the kernel has no /proc/kpagecount");
  } else if (!SHARES_TABLES) {
    ktap_skip(ktap, name, "this architecture does not share page tables");
  } else {
    ktap_result(ktap,
                large_probes.once > 0 && small_probes.twice > 0,
                name,
                "a page that two processes map is counted once in %llu, twice "
                "in %llu rounds (else %lld); in a segment below 1 GiB once in "
                "%llu, twice in %llu (else %lld)",
                (unsigned long long)large_probes.once,
                (unsigned long long)large_probes.twice,
                (long long)large_probes.other,
                (unsigned long long)small_probes.once,
                (unsigned long long)small_probes.twice,
                (long long)small_probes.other);
  }
}

static void judge_processes(struct ktap* ktap)
{
  const struct visit_told* visits = &told->visits;
  const struct segment_told* worse = atomic_load(&told->members.bad_words)
                                         ? &told->members
                                         : &visits->segments;
  const uint64_t bad = atomic_load(&told->members.bad_words) +
                       atomic_load(&visits->segments.bad_words);
  const uint64_t odd = atomic_load(&visits->odd_visits);
  const uint64_t refused = atomic_load(&visits->segments.refused);

  ktap_result(ktap,
              bad == 0,
              "segments hold what was written",
              "%llu words are wrong, the first in huge page %llu: 0x%llx, not "
              "0x%llx",
              (unsigned long long)bad,
              (unsigned long long)atomic_load(&worse->bad_page),
              (unsigned long long)atomic_load(&worse->bad_value),
              (unsigned long long)atomic_load(&worse->bad_wanted));
  ktap_result(ktap,
              odd == 0 && refused == 0 && host_stalls == 0,
              "visitors end well",
              "%llu ended otherwise (first wait status 0x%x), %llu could not "
              "attach, %llu rounds left some behind",
              (unsigned long long)odd,
              (unsigned)atomic_load(&visits->first_odd_status),
              (unsigned long long)refused,
              (unsigned long long)host_stalls);
}

/* The pool was whole after each round, and goes as it came. */
static void judge_pool(struct ktap* ktap)
{
  const uint64_t* wanted = resting;

  if (pool_whole && !make_error) {
    wanted = start;
    write_number(POOL, start[COUNTER_TOTAL]);
    pool_whole = counters_return(start, left);
  }
  ktap_result(ktap,
              pool_whole && !make_error,
              "huge pages return",
              "total, free, reserved, surplus are %llu %llu %llu %llu, should "
              "be %llu %llu %llu %llu; shmget: %s",
              (unsigned long long)left[COUNTER_TOTAL],
              (unsigned long long)left[COUNTER_FREE],
              (unsigned long long)left[COUNTER_RSVD],
              (unsigned long long)left[COUNTER_SURP],
              (unsigned long long)wanted[COUNTER_TOTAL],
              (unsigned long long)wanted[COUNTER_FREE],
              (unsigned long long)wanted[COUNTER_RSVD],
              (unsigned long long)wanted[COUNTER_SURP],
              strerror(-make_error));
}

static void judge_segments(struct run* run)
{
  struct ktap* ktap = &run->ktap;

  judge_use(ktap);
  judge_sharing(ktap);
  judge_processes(ktap);
  judge_pool(ktap);
}

/* A pool of huge pages; false, and all is skipped, when there can't be one. */
static bool make_pool(struct run* run)
{
  uint64_t huge = 0;
  uint64_t pages;

  if (read_keyed("/proc/meminfo", "Hugepagesize", &huge) < 0 || huge == 0) {
    ktap_skip_all(&run->ktap, "the kernel has no hugetlb pages here");
    return false;
  }
  huge *= 1024;
  large.huge = huge;
  small.huge = huge;
  pages = total_memory() / 32 / huge;
  pages = run_scaled(run, "pages", pages, POOL_MIN, POOL_MAX);
  read_counters(start);
  write_number(POOL, start[COUNTER_TOTAL] + pages);
  read_counters(resting);
  if (huge > SEGMENT_SPAN / POOL_MIN || resting[COUNTER_FREE] < POOL_MIN) {
    write_number(POOL, start[COUNTER_TOTAL]);
    ktap_skip_all(&run->ktap,
                  "%llu huge pages of %llu bytes are all that could be had",
                  (unsigned long long)resting[COUNTER_FREE],
                  (unsigned long long)huge);
    return false;
  }
  return true;
}

static enum workload_end run_hugetlb_shared(struct run* run)
{
  static const struct memcg_kind kind = {.member = eat_attached,
                                         .before = before_round,
                                         .after = after_round,
                                         .results = 5,
                                         .judge = judge_segments};

  hosts.count = (int)run_number(run, "visitors", 2, 1, VISIT_HOSTS_MAX);
  hosts.protect = run_number(run, "protect", 0, 0, 1) == 1;
  if (!make_pool(run)) {
    return WORKLOAD_DONE;
  }
  told = share(run, sizeof(*told));
  hosts.told = &told->visits;
  watch_children();
  rng_seed(&rng, run->seed, 1ULL << 40);
  return memcg_play(run, &kind);
}

WORKLOAD(hugetlb_shared, "hugetlb-shared", run_hugetlb_shared);
