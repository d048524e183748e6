// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rounds of memcg with huge pages: members fault in huge-pmd memory and
 * split it (partial munmap, mprotect, MADV_DONTNEED, mremap) until the OOM
 * killer comes. Judged besides what memcg judges: huge pages were faulted and
 * split, and AnonHugePages returns to its start.
 */
#include "workloads/lib/file.h"
#include "workloads/lib/meminfo.h"
#include "workloads/lib/shared.h"
#include "workloads/memcg.h"
#include "workloads/memcg_eater.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define THP "/sys/kernel/mm/transparent_hugepage/"
#define VMSTAT "/proc/vmstat"
/* The group's limit is so many huge pages at least: a few of each member. */
#define LIMIT_PAGES 6

enum split {
  SPLIT_MUNMAP,
  SPLIT_MPROTECT,
  SPLIT_DONTNEED,
  SPLIT_MREMAP,
  SPLITS,
};

static const char* const split_names[SPLITS] = {
    "munmap", "mprotect", "dontneed", "mremap"};

/* What members tell; in memory that all of them share. */
struct told
{
  _Atomic uint64_t splits[SPLITS]; /* calls that went well */
};

static struct told* told;
static uint64_t huge; /* bytes of a huge page */
static uint64_t faults_start;
static uint64_t splits_start;
static uint64_t anon_start; /* kB */

static uint64_t vmstat(const char* key)
{
  uint64_t value = 0;

  read_keyed(VMSTAT, key, &value);
  return value;
}

/* Changes a part of the huge page at `at`, so that its pmd must be split. */
static void split(struct rng* rng, char* at)
{
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  const uint64_t pages = huge / page;
  const uint64_t first = rng_below(rng, (uint32_t)pages);
  const uint64_t most = pages - first < pages - 1 ? pages - first : pages - 1;
  const uint64_t bytes = (1 + rng_below(rng, (uint32_t)most)) * page;
  const enum split how = (enum split)rng_below(rng, SPLITS);
  char* part = at + first * page;
  bool done = false;

  switch (how) {
  case SPLIT_MUNMAP:
    done = munmap(part, bytes) == 0;
    break;
  case SPLIT_MPROTECT:
    done = mprotect(part, bytes, PROT_READ) == 0;
    break;
  case SPLIT_DONTNEED:
    done = madvise(part, bytes, MADV_DONTNEED) == 0;
    break;
  default: {
    void* to = mmap(NULL,
                    bytes,
                    PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                    -1,
                    0);

    done = to != MAP_FAILED &&
           mremap(part, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to;
    break;
  }
  }
  if (done) {
    atomic_fetch_add(&told->splits[how], 1);
  }
}

/* `bytes` at a huge page's boundary, or NULL. */
static char* take(uint64_t bytes)
{
  char* region = mmap(NULL,
                      bytes + huge,
                      PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                      -1,
                      0);

  if (region == MAP_FAILED) {
    return NULL;
  }
  region += (huge - (uintptr_t)region % huge) % huge;
  return madvise(region, bytes, MADV_HUGEPAGE) < 0 ? NULL : region;
}

/* Takes huge page by huge page, and splits some: the last one, or one from
 * before. A page that lost a part is not looked at again: the rest of what a
 * member needs comes from further ones. */
static int eat_huge(void* argument)
{
  const struct eater* eater = argument;
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  const bool keeps = eater->ready >= 0;
  uint64_t pages = eater->bytes / huge + 1;
  struct rng rng;
  uint64_t i;
  char* region;

  rng_seed(&rng, eater->seed, eater->stream);
  eater_wait(eater);
  if (!keeps) {
    pages *= 4; /* what splitting gives back must be taken anew */
  }
  region = take(pages * huge);
  if (!region) {
    return EATER_NO_MEMORY;
  }
  for (i = 0; i < pages; i++) {
    char* at = region + i * huge;
    const uint64_t left = keeps ? eater->bytes - i * huge : huge;

    /* the first touch faults all of it in, where a huge page is free */
    eater_touch(&rng, at, (left < huge ? left : huge) / page, page);
    if (!keeps && rng_below(&rng, 2)) {
      split(&rng, at);
    }
  }
  return eater_keep(eater);
}

static void judge_huge(struct run* run)
{
  struct ktap* ktap = &run->ktap;
  const uint64_t faults = vmstat("thp_fault_alloc") - faults_start;
  const uint64_t splits = vmstat("thp_split_pmd") - splits_start;
  char key[32];
  int i;

  for (i = 0; i < SPLITS; i++) {
    snprintf(key, sizeof(key), "splits.%s", split_names[i]);
    ktap_count(ktap, key, atomic_load(&told->splits[i]));
  }
  ktap_count(ktap, "huge_page", huge);
  ktap_count(ktap, "thp_fault_alloc", faults);
  ktap_count(ktap, "thp_split_pmd", splits);
  ktap_result(ktap,
              faults > 0,
              "huge pages were faulted in",
              "thp_fault_alloc did not grow");
  ktap_result(
      ktap, splits > 0, "huge pmds were split", "thp_split_pmd did not grow");
  meminfo_judge_return(
      ktap, "huge page memory returns", "AnonHugePages", anon_start);
}

static enum workload_end run_thp(struct run* run)
{
  struct memcg_kind kind = {
      .member = eat_huge, .results = 3, .judge = judge_huge};

  if (read_number(THP "hpage_pmd_size", &huge) < 0 || huge == 0) {
    ktap_skip_all(&run->ktap, "the kernel has no transparent huge pages here");
    return WORKLOAD_DONE;
  }
  kind.smallest = LIMIT_PAGES * huge;
  write_text(THP "enabled", "always");
  write_text(THP "defrag", "always");
  told = share(run, sizeof(*told));
  faults_start = vmstat("thp_fault_alloc");
  splits_start = vmstat("thp_split_pmd");
  anon_start = meminfo_kib("AnonHugePages");
  return memcg_play(run, &kind);
}

WORKLOAD(thp, "thp", run_thp);
