// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/memcg_eater.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#define REGIONS_MAX 6

void eater_wait(const struct eater* eater)
{
  char byte;

  close(eater->gate[1]);
  while (read(eater->gate[0], &byte, 1) < 0 && errno == EINTR) {
  }
}

void eater_touch(struct rng* rng, char* region, uint64_t pages, uint64_t page)
{
  const uint32_t order = rng_below(rng, 3);
  const uint64_t stride = 1 + 2 * (uint64_t)rng_below(rng, 32);
  uint64_t start;
  uint64_t i;

  if (order < 2) {
    for (i = 0; i < pages; i++) {
      ((volatile char*)region)[(order ? pages - 1 - i : i) * page] = 1;
    }
    return;
  }
  for (start = 0; start < stride; start++) {
    for (i = start; i < pages; i += stride) {
      ((volatile char*)region)[i * page] = 1;
    }
  }
}

int eater_keep(const struct eater* eater)
{
  if (eater->ready < 0) {
    return EATER_FED;
  }
  while (write(eater->ready, "r", 1) < 0 && errno == EINTR) {
  }
  for (;;) {
    pause();
  }
}

int eat(void* argument)
{
  const struct eater* eater = argument;
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  struct rng rng;
  uint64_t regions;
  uint64_t pages;
  uint64_t i;

  rng_seed(&rng, eater->seed, eater->stream);
  eater_wait(eater);
  regions = 1 + rng_below(&rng, REGIONS_MAX);
  pages = (eater->bytes + regions * page - 1) / (regions * page);
  for (i = 0; i < regions; i++) {
    char* region = mmap(NULL,
                        pages * page,
                        PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                        -1,
                        0);

    if (region == MAP_FAILED) {
      return EATER_NO_MEMORY;
    }
    if (rng_below(&rng, 2)) {
      madvise(region, pages * page, MADV_NOHUGEPAGE);
    }
    eater_touch(&rng, region, pages, page);
  }
  return eater_keep(eater);
}
