// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/mrelease_victim.h"

#include "workloads/lib/rng.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#define THREAD_STACK (128UL << 10)
/* Over what one page table maps, on all targets: 16 MiB with pages of 64K. */
#define SPARSE_STEP (16UL << 20)
/* A victim takes so many huge pages. */
#define HUGE_PAGES 2

enum kind {
  KIND_ANON,   /* private anonymous memory */
  KIND_LOCKED, /* the same, locked */
  KIND_FILE,   /* a private mapping of a file, read or written to */
  KIND_BARE,   /* nothing is touched */
  KINDS,
};

/* Where the next mapping goes. */
struct layout
{
  char* at;
  uint64_t page;
  uint64_t left; /* pages to be touched yet */
  uint64_t each; /* the most pages of a mapping */
};

static void touch(struct rng* rng,
                  volatile char* region,
                  uint64_t pages,
                  const struct layout* layout,
                  bool write)
{
  uint64_t i;

  for (i = 0; i < pages; i++) {
    if (write || rng_below(rng, 2)) {
      region[i * layout->page] = 1;
    } else {
      (void)region[i * layout->page];
    }
  }
}

/* One mapping at the layout's place, a page or more away from the next. */
static bool
map_one(struct rng* rng, struct layout* layout, const struct victim_plan* plan)
{
  const enum kind kind = (enum kind)rng_below(rng, KINDS);
  const uint64_t pages = 1 + rng_below(rng, (uint32_t)layout->each);
  const uint64_t bytes = pages * layout->page;
  const bool file = kind == KIND_FILE && bytes <= VICTIM_FILE;
  char* region =
      mmap(layout->at,
           bytes,
           PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE | (file ? 0 : MAP_ANONYMOUS),
           file ? plan->file : -1,
           0);

  if (region == MAP_FAILED) {
    return false;
  }
  layout->at += plan->sparse ? SPARSE_STEP : bytes + layout->page;
  if (!file) {
    madvise(region, bytes, MADV_NOHUGEPAGE);
  }
  if (kind == KIND_BARE || layout->left < pages) {
    return true;
  }
  layout->left -= pages;
  if (kind == KIND_LOCKED && mlock2(region, bytes, MLOCK_ONFAULT) < 0) {
    return false;
  }
  touch(rng, region, pages, layout, !file);
  return true;
}

/* Address space for all of it, which is then free: one thread alone maps. */
static bool map_all(struct rng* rng, const struct victim_plan* plan)
{
  struct layout layout;
  uint64_t step;
  uint64_t i;

  layout.page = (uint64_t)sysconf(_SC_PAGESIZE);
  layout.left = plan->bytes / layout.page;
  /* a quarter of the mappings stay bare, and half of `each` is the mean */
  layout.each = 1 + layout.left * 8 / 3 / plan->vmas;
  step = plan->sparse ? SPARSE_STEP : (layout.each + 1) * layout.page;
  layout.at = mmap(NULL,
                   plan->vmas * step,
                   PROT_NONE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1,
                   0);
  if (layout.at == MAP_FAILED) {
    return false;
  }
  munmap(layout.at, plan->vmas * step);
  for (i = 0; i < plan->vmas; i++) {
    if (!map_one(rng, &layout, plan)) {
      return false;
    }
  }
  return true;
}

/* Each with a hole behind it, for a mapping of its own. */
static bool map_huge(uint64_t huge)
{
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  char* region = mmap(NULL,
                      (HUGE_PAGES * 2 + 1) * huge,
                      PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                      -1,
                      0);
  int i;

  if (region == MAP_FAILED) {
    return false;
  }
  region += (huge - (uintptr_t)region % huge) % huge;
  for (i = 0; i < HUGE_PAGES; i++) {
    char* at = region + (uint64_t)i * 2 * huge;

    munmap(at + huge, page);
    madvise(at, huge, MADV_HUGEPAGE);
    *(volatile char*)at = 1;
  }
  return true;
}

static void* sleep_on(void* argument)
{
  (void)argument;
  for (;;) {
    pause();
  }
  return NULL;
}

static bool start_threads(int threads)
{
  pthread_attr_t attributes;
  pthread_t thread;
  int i;

  if (pthread_attr_init(&attributes) != 0 ||
      pthread_attr_setstacksize(&attributes, THREAD_STACK) != 0) {
    return false;
  }
  for (i = 0; i < threads; i++) {
    if (pthread_create(&thread, &attributes, sleep_on, NULL) != 0) {
      return false;
    }
  }
  return true;
}

/* Takes memory until the OOM killer comes: `most` bytes at the end. */
static int be_greedy(uint64_t most)
{
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  const uint64_t pages = most / page;
  volatile char* region = mmap(NULL,
                               pages * page,
                               PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                               -1,
                               0);
  uint64_t i;

  if (region == MAP_FAILED) {
    return VICTIM_NO_MEMORY;
  }
  for (i = 0; i < pages; i++) {
    region[i * page] = 1;
  }
  return VICTIM_FED;
}

int victim_live(void* argument)
{
  const struct victim_plan* plan = argument;
  struct rng rng;
  char byte;

  close(plan->gate[1]);
  rng_seed(&rng, plan->seed, plan->stream);
  if (!map_all(&rng, plan) || (plan->huge && !map_huge(plan->huge)) ||
      !start_threads(plan->threads)) {
    return VICTIM_NO_MEMORY;
  }
  while (write(plan->ready, "r", 1) < 0 && errno == EINTR) {
  }
  if (!plan->greedy) {
    sleep_on(NULL);
  }
  while (read(plan->gate[0], &byte, 1) < 0 && errno == EINTR) {
  }
  return be_greedy(plan->bytes * 8);
}
