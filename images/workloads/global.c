// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exhausts the guest's memory, without a cgroup's limit, in two ways that
 * rotate by the seed, until the duration ends. Judged: the OOM killer takes the
 * worst of several processes by size and oom_score_adj, never the unkillable
 * one, which is the biggest, and no bystander; memory is free again after each
 * round. docs/workloads.md has the parameters and facts.
 */
#include "workloads/global_round.h"
#include "workloads/lib/child.h"
#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/lib/meminfo.h"
#include "workloads/lib/shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB (1ULL << 20)
/* Rounds that last so long past the duration are ended, well within the time
 * that init allows. */
#define CUT_AFTER_US (30 * US_PER_S)
#define BYSTANDERS 3
#define POOL "/proc/sys/vm/nr_hugepages"
#define LISTS "/proc/sys/vm/percpu_pagelist_high_fraction"
#define RESULTS 9

static const char* const variant_names[GLOBAL_VARIANTS] = {"order", "storm"};

struct settings
{
  int choice; /* 0: all; else 1 + the only variant */
  uint64_t end_us;
  uint64_t events_start; /* oom_kill of /proc/vmstat */
};

/* Room for sizes to differ in, which goes by pages. */
static uint64_t default_room(const struct space* space)
{
  const uint64_t scaled = space->total / 8 / MIB * MIB;
  const uint64_t smallest = 3072 * space->page;

  if (scaled < smallest) {
    return smallest;
  }
  return scaled > 1024 * MIB ? 1024 * MIB : scaled;
}

static uint64_t oom_kills(void)
{
  uint64_t kills = 0;

  read_keyed("/proc/vmstat", "oom_kill", &kills);
  return kills;
}

static void read_params(struct global* global, struct settings* settings)
{
  static const char* const choices[] = {"all", "order", "storm", NULL};
  struct run* run = global->run;
  struct space* space = &global->space;
  uint64_t dump_tasks;

  space->page = (uint64_t)sysconf(_SC_PAGESIZE);
  space->cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
  space->total = total_memory();
  global->procs = (int)run_number(run, "procs", 4, 2, EATERS_MAX);
  space->room = run_scaled(run, "size", default_room(space), MIB, 1ULL << 40);
  settings->end_us =
      run->started_us + run_number(run, "duration", 10, 1, 86400) * US_PER_S;
  global->cut_us = UINT64_MAX; /* no round yet */
  dump_tasks = run_number(run, "dump_tasks", 0, 0, 1);
  settings->choice = run_choice(run, "variant", choices);
  run_params_end(run);
  write_number("/proc/sys/vm/oom_dump_tasks", dump_tasks);
  write_number("/proc/sys/vm/panic_on_oom", 0);
  write_number("/proc/sys/vm/oom_kill_allocating_task", 0);
  write_number("/proc/sys/vm/overcommit_memory", 1);
}

static void bail(struct global* global, const char* what, int error)
{
  ktap_bail(&global->run->ktap, "can't start %s: %s", what, strerror(-error));
  exit(WORKLOAD_BAILED);
}

/* A victim's pages go to lists of the CPU that frees them, from where another
 * CPU can't have them. Their length goes by the watermarks, which huge pages
 * raise: it may be 10 MiB and more. Linux 6.1 does not empty them when there is
 * nothing to reclaim, and kills on. Short lists keep that below what a victim
 * has; the kernel bounds them from below. */
static void shorten_lists_of_cpus(struct global* global)
{
  if (read_number(LISTS, &global->lists_start) < 0) {
    global->lists_start = UINT64_MAX; /* before 5.14 */
    return;
  }
  write_number(LISTS, 1U << 20);
}

static void restore_lists_of_cpus(const struct global* global)
{
  if (global->lists_start != UINT64_MAX) {
    write_number(LISTS, global->lists_start);
  }
}

/* Takes memory away as huge pages that nobody uses, which costs no time, but
 * for `keep` bytes. What can't be had so is left. */
static void take_ballast(struct global* global, uint64_t keep)
{
  const uint64_t available = global_available();
  uint64_t huge = 0;

  read_number(POOL, &global->pool_start);
  if (read_keyed("/proc/meminfo", "Hugepagesize", &huge) < 0 || huge == 0 ||
      available <= keep) {
    return;
  }
  write_number(POOL, global->pool_start + (available - keep) / (huge * 1024));
}

/* Bystanders and ballast first: the unkillable process takes what is over. */
static void start_witnesses(struct global* global)
{
  const uint64_t available = global_available();
  const struct space* space = &global->space;
  uint64_t rock;
  int error;
  int i;

  if (available / 3 < space->room) {
    ktap_bail(&global->run->ktap,
              "size %llu is over a third of the guest's free memory (%llu): "
              "give it more, or take a smaller size",
              (unsigned long long)space->room,
              (unsigned long long)available);
    exit(WORKLOAD_BAILED);
  }
  for (i = 0; i < BYSTANDERS; i++) {
    error = bystander_start(&global->bystanders, -1);
    if (error) {
      bail(global, "a bystander", error);
    }
  }
  /* more than the taker can ever hold */
  take_ballast(global, space->room / 4 * 9);
  rock = (global_available() - space->room) / space->page * space->page;
  ktap_count(&global->run->ktap, "unkillable_bytes", rock);
  error = global_start_rock(global, rock);
  if (error) {
    bail(global, "the unkillable process", error);
  }
  global->available = global_available();
  global->slack = space->total / 256 + 64 * space->page * (uint64_t)space->cpus;
  global->tally.available_least = UINT64_MAX;
}

static void play_rounds(struct global* global, const struct settings* settings)
{
  int order[GLOBAL_VARIANTS] = {GLOBAL_ORDER, GLOBAL_STORM};
  bool first = true;
  int i;

  do {
    rng_shuffle(&global->rng, order, GLOBAL_VARIANTS);
    for (i = 0; i < GLOBAL_VARIANTS && (first || now_us() < settings->end_us);
         i++) {
      if (settings->choice && order[i] != settings->choice - 1) {
        continue;
      }
      if (now_us() >= global->cut_us ||
          !global_round(global, (enum global_variant)order[i])) {
        return;
      }
    }
    first = false;
  } while (now_us() < settings->end_us);
}

static uint64_t print_rounds(const struct global* global)
{
  struct ktap* ktap = &global->run->ktap;
  const struct global_tally* tally = &global->tally;
  uint64_t rounds = 0;
  uint64_t kills = 0;
  char key[64];
  int i;

  for (i = 0; i < GLOBAL_VARIANTS; i++) {
    rounds += tally->rounds[i];
    kills += tally->kills[i];
    snprintf(key, sizeof(key), "rounds.%s", variant_names[i]);
    ktap_count(ktap, key, tally->rounds[i]);
    snprintf(key, sizeof(key), "kills.%s", variant_names[i]);
    ktap_count(ktap, key, tally->kills[i]);
  }
  ktap_count(ktap, "rounds", rounds);
  ktap_count(ktap, "kills", kills);
  return kills;
}

static void
print_facts(const struct global* global, uint64_t events, int intact)
{
  const struct global_tally* tally = &global->tally;
  struct ktap* ktap = &global->run->ktap;

  ktap_count(ktap, "children", tally->children);
  ktap_count(ktap, "children_killed", tally->children_killed);
  ktap_count(ktap, "oom_kill_events", events);
  ktap_count(ktap, "repeated_kills", tally->repeats);
  ktap_count(ktap, "unlogged_kills", tally->unlogged);
  ktap_count(ktap, "foreign_kills", tally->foreign.count);
  ktap_count(ktap, "ordered_kills", tally->ordered);
  ktap_count(ktap, "out_of_order_kills", tally->out_of_order);
  ktap_count(ktap, "kmsg_lost", global->kmsg.lost);
  ktap_count(ktap, "odd_ends", tally->odd_ends.count);
  ktap_count(ktap, "cut_rounds", tally->cut_rounds);
  ktap_count(ktap, "stalls", tally->stalls);
  ktap_count(ktap, "available_start", global->available);
  ktap_count(ktap, "available_least", tally->available_least);
  ktap_count(ktap, "available_slack", global->slack);
  ktap_count(ktap, "bystanders", (uint64_t)global->bystanders.count);
  ktap_count(ktap, "bystanders_alive", (uint64_t)intact);
  ktap_count(ktap, "elapsed_ms", (now_us() - global->run->started_us) / 1000);
}

static void judge_kills(const struct global* global, uint64_t events)
{
  const struct global_tally* tally = &global->tally;
  struct ktap* ktap = &global->run->ktap;
  const char* idle =
      idle_variant(variant_names, tally->rounds, tally->kills, GLOBAL_VARIANTS);

  ktap_result(ktap,
              !idle,
              "oom kills happened",
              "variant %s killed nobody",
              idle ? idle : "");
  judge_foreign(ktap, &tally->foreign);
  ktap_result(ktap,
              events == tally->children_killed + tally->repeats,
              "oom_kill events equal children killed",
              "vmstat's oom_kill grew by %llu, %llu children were killed",
              (unsigned long long)events,
              (unsigned long long)tally->children_killed);
}

static void judge_order(const struct global* global, bool rock_intact)
{
  static const char name[] = "victims are the worst by badness";
  const struct global_tally* tally = &global->tally;
  struct ktap* ktap = &global->run->ktap;

  if (tally->rounds[GLOBAL_ORDER] == 0) {
    ktap_skip(ktap, name, "variant order was not played");
  } else {
    ktap_result(ktap,
                tally->ordered > 0 && tally->out_of_order == 0,
                name,
                "%llu kills looked at, %llu wrong, first: %s",
                (unsigned long long)tally->ordered,
                (unsigned long long)tally->out_of_order,
                tally->first_out_of_order);
  }
  ktap_result(ktap,
              rock_intact && tally->rock_kills == 0,
              "the unkillable process lives",
              "oom_score_adj -1000: killed %llu times, wait status 0x%x",
              (unsigned long long)tally->rock_kills,
              (unsigned)global->rock_status);
}

static void judge_rest(const struct global* global, int intact)
{
  const struct global_tally* tally = &global->tally;
  struct ktap* ktap = &global->run->ktap;

  ktap_result(ktap,
              tally->available_least + global->slack >= global->available &&
                  tally->available_least != UINT64_MAX,
              "available memory returns",
              "MemAvailable was %llu bytes, is %llu, may be %llu less",
              (unsigned long long)global->available,
              (unsigned long long)tally->available_least,
              (unsigned long long)global->slack);
  judge_bystanders(ktap, &global->bystanders, intact);
  judge_odd_ends(ktap, "members end by the oom killer", &tally->odd_ends);
  judge_stalls(ktap, tally->stalls, 30);
}

static enum workload_end run_global(struct run* run)
{
  static struct global global;
  struct settings settings;
  bool rock_intact;
  uint64_t events;
  int intact;

  global.run = run;
  rng_seed(&global.rng, run->seed, 0);
  read_params(&global, &settings);
  global.told = share(run, sizeof(*global.told));
  watch_children();
  kmsg_open(&global.kmsg);
  settings.events_start = oom_kills();
  shorten_lists_of_cpus(&global);
  start_witnesses(&global);
  ktap_plan(&run->ktap, RESULTS);
  global.cut_us = settings.end_us + CUT_AFTER_US;
  play_rounds(&global, &settings);
  events = oom_kills() - settings.events_start;
  rock_intact = global_end_rock(&global);
  intact = bystanders_check(&global.bystanders);
  write_number(POOL, global.pool_start);
  restore_lists_of_cpus(&global);
  print_rounds(&global);
  print_facts(&global, events, intact);
  judge_kills(&global, events);
  judge_order(&global, rock_intact);
  judge_rest(&global, intact);
  return WORKLOAD_DONE;
}

WORKLOAD(global, "global", run_global);
