// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rounds of memcg with memory under MMU notifiers: members let the kernel's
 * HMM test device mirror what they take. The first victim of a round is held at
 * its death, so that the OOM reaper must take its memory while the device is at
 * work on it. Judged besides what memcg judges: the reaper does, it tells the
 * device, and no second victim is chosen before that.
 */
#include "workloads/lib/clock.h"
#include "workloads/lib/meminfo.h"
#include "workloads/lib/shared.h"
#include "workloads/memcg.h"
#include "workloads/memcg_eater.h"
#include "workloads/notifier_keeper.h"
#include "workloads/notifier_mirror.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEVICES 2
#define REGIONS_MAX 4
#define CHUNK 16   /* pages that go through the device at a time */
#define TRIES 1000 /* of a chunk that is not to be had */

enum way {
  WAY_WRITE, /* the device writes, and so faults pages in */
  WAY_READ,  /* the process touches them, then the device reads */
  WAYS,
};

static const char* const way_names[WAYS] = {"write", "read"};

/* What members tell; in memory that all of them share. */
struct told
{
  struct keeper_shared keeper;
  _Atomic uint64_t mirrored[WAYS]; /* pages that went through a device */
};

static struct told* told;
static struct keeper keeper = {.asks = {-1, -1}};

/* A member: its device, and what of it the keeper knows. */
struct holder
{
  struct rng rng;
  int mirror;
  uint64_t page;
  struct keeper_slot* slot; /* NULL: it is not held at its death */
  char* buffer;             /* CHUNK pages */
};

/* Puts `pages` at `at` under the device. A range may keep changing, or find no
 * memory for the moment, while a victim is going. */
static int put_under(struct holder* holder, char* at, uint64_t pages)
{
  const enum way way = (enum way)rng_below(&holder->rng, WAYS);
  int error = 0;
  int i;

  if (way == WAY_READ) {
    eater_touch(&holder->rng, at, pages, holder->page);
  }
  for (i = 0; i < TRIES; i++) {
    error =
        way == WAY_READ
            ? mirror_read(holder->mirror, (uintptr_t)at, holder->buffer, pages)
            : mirror_write(
                  holder->mirror, (uintptr_t)at, holder->buffer, pages);
    if (error == 0) {
      atomic_fetch_add(&told->mirrored[way], pages);
      break;
    }
    nap_us(US_PER_MS);
  }
  return error;
}

/* The start of the first region is what the keeper has the device read. */
static void tell_keeper(struct keeper_slot* slot, char* region, uint64_t bytes)
{
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

  if (slot && bytes <= KEEPER_BYTES) {
    atomic_store(&slot->at, (uintptr_t)region);
    atomic_store(&slot->pages, bytes / page);
  }
}

static int fill(struct holder* holder, uint64_t pages)
{
  struct keeper_slot* const slot = holder->slot;
  char* region = mmap(NULL,
                      pages * holder->page,
                      PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                      -1,
                      0);
  uint64_t done;
  uint64_t count;

  if (region == MAP_FAILED) {
    return EATER_NO_MEMORY;
  }
  if (rng_below(&holder->rng, 2)) {
    madvise(region, pages * holder->page, MADV_NOHUGEPAGE);
  }
  for (done = 0; done < pages; done += count) {
    count = pages - done < CHUNK ? pages - done : CHUNK;
    if (put_under(holder, region + done * holder->page, count) < 0) {
      return EATER_NO_MEMORY;
    }
    tell_keeper(slot, region, (done + count) * holder->page);
  }
  holder->slot = NULL; /* it knows this region */
  return 0;
}

static int eat_mirrored(void* argument)
{
  const struct eater* eater = argument;
  struct holder holder = {.page = (uint64_t)sysconf(_SC_PAGESIZE)};
  uint64_t regions;
  uint64_t i;
  int end = 0;

  rng_seed(&holder.rng, eater->seed, eater->stream);
  regions = 1 + rng_below(&holder.rng, REGIONS_MAX);
  holder.mirror = mirror_open(rng_below(&holder.rng, DEVICES));
  holder.buffer = calloc(CHUNK, holder.page);
  if (holder.mirror < 0 || !holder.buffer) {
    return EATER_NO_MEMORY;
  }
  if (eater->index == 0) {
    holder.slot = keeper_ask(&keeper, holder.mirror);
  }
  eater_wait(eater);
  for (i = 0; i < regions && !end; i++) {
    end = fill(&holder,
               (eater->bytes + regions * holder.page - 1) /
                   (regions * holder.page));
  }
  return end ? end : eater_keep(eater);
}

static void print_facts(struct ktap* ktap)
{
  const struct keeper_tally* tally = &told->keeper.tally;
  char key[32];
  int i;

  for (i = 0; i < WAYS; i++) {
    snprintf(key, sizeof(key), "mirrored.%s", way_names[i]);
    ktap_count(ktap, key, atomic_load(&told->mirrored[i]));
  }
  ktap_count(ktap, "held", atomic_load(&tally->held));
  ktap_count(ktap, "held_reaped", atomic_load(&tally->reaped));
  ktap_count(ktap, "reap_us.min", atomic_load(&tally->reap_min));
  ktap_count(ktap, "reap_us.max", atomic_load(&tally->reap_max));
  ktap_count(ktap, "busy_reads", atomic_load(&tally->reads));
  ktap_count(ktap, "mirrors_looked", atomic_load(&tally->looked));
  ktap_count(ktap, "mirrors_stale", atomic_load(&tally->stale));
  ktap_count(ktap, "premature", atomic_load(&tally->premature));
  ktap_count(ktap, "held_left_kb", atomic_load(&tally->left_max));
}

static void judge_mirrors(struct run* run)
{
  const struct keeper_tally* tally = &told->keeper.tally;
  const uint64_t held = atomic_load(&tally->held);
  const uint64_t looked = atomic_load(&tally->looked);
  struct ktap* ktap = &run->ktap;

  print_facts(ktap);
  ktap_result(ktap,
              atomic_load(&told->mirrored[WAY_WRITE]) > 0 &&
                  atomic_load(&told->mirrored[WAY_READ]) > 0 && held > 0,
              "mirrored memory was in victims",
              "%llu pages were written and %llu read by the device, %llu "
              "victims were held",
              (unsigned long long)atomic_load(&told->mirrored[WAY_WRITE]),
              (unsigned long long)atomic_load(&told->mirrored[WAY_READ]),
              (unsigned long long)held);
  ktap_result(ktap,
              atomic_load(&tally->reaped) == held,
              "victims are torn down",
              "%llu of %llu that could not exit were reaped within 15 s",
              (unsigned long long)atomic_load(&tally->reaped),
              (unsigned long long)held);
  ktap_result(ktap,
              atomic_load(&tally->premature) == 0,
              "no second victim while the first is going",
              "%llu were killed while another still had its memory, the first "
              "was %d",
              (unsigned long long)atomic_load(&tally->premature),
              atomic_load(&tally->premature_pid));
  ktap_result(ktap,
              looked > 0 && atomic_load(&tally->stale) == 0,
              "mirrors are told before memory goes",
              "%llu of %llu devices still had what the reaper took",
              (unsigned long long)atomic_load(&tally->stale),
              (unsigned long long)looked);
  ktap_result(ktap,
              atomic_load(&tally->left_max) <= meminfo_slack(),
              "memory released by the reaper",
              "a victim kept %llu kB, may keep %llu kB",
              (unsigned long long)atomic_load(&tally->left_max),
              (unsigned long long)meminfo_slack());
}

/* False, and said why, when the kernel has no device for us. */
static bool find_device(struct ktap* ktap)
{
  const int mirror = mirror_open(0);

  if (mirror >= 0) {
    close(mirror);
    return true;
  }
  if (mirror == -ENODEV || mirror == -ENXIO) {
    ktap_skip_all(ktap, "the kernel has no HMM test device (TEST_HMM)");
  } else {
    ktap_bail(ktap, "can't open the HMM test device: %s", strerror(-mirror));
    exit(WORKLOAD_BAILED);
  }
  return false;
}

static enum workload_end run_notifier(struct run* run)
{
  static const struct memcg_kind kind = {
      .member = eat_mirrored, .results = 5, .judge = judge_mirrors};

  if (!find_device(&run->ktap)) {
    return WORKLOAD_DONE;
  }
  told = share(run, sizeof(*told));
  keeper.shared = &told->keeper;
  if (pipe2(keeper.asks, O_CLOEXEC) < 0 ||
      spawn(-1, keep_victims, &keeper) < 0) {
    ktap_bail(&run->ktap, "can't start the keeper");
    return WORKLOAD_BAILED;
  }
  return memcg_play(run, &kind);
}

WORKLOAD(notifier, "notifier", run_notifier);
