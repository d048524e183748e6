// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes of a cgroup run into its memory.max, in four ways that rotate by
 * the seed, until the duration ends. Judged: the OOM killer kills, kills
 * members only, counts right, gives the memory back, and leaves bystanders
 * alone. docs/workloads.md has the parameters and facts.
 */
#include "workloads/memcg.h"

#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/memcg_eater.h"
#include "workloads/memcg_round.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB (1ULL << 20)
#define TOP "/memcg"
/* Rounds that last so long past the duration are ended, well within the time
 * that init allows. */
#define CUT_AFTER_US (30 * US_PER_S)
#define OUTSIDE_BYSTANDERS 1
#define SIBLING_BYSTANDERS 2
#define RESULTS 7

static const char* const variant_names[VARIANTS] = {
    "max", "group", "nested", "lower"};

struct settings
{
  int choice; /* 0: all; else 1 + the only variant */
  uint64_t end_us;
  uint64_t kills; /* 0: no cap */
};

/* Enough for what the kernel itself charges to a few members, which goes by
 * pages: 64 KiB each on ppc64le. */
static uint64_t smallest_default(void)
{
  const uint64_t pages = 256 * (uint64_t)sysconf(_SC_PAGESIZE);

  return pages > 8 * MIB ? pages : 8 * MIB;
}

static uint64_t default_size(uint64_t memory, uint64_t least)
{
  const uint64_t scaled = memory / 128 / MIB * MIB;
  const uint64_t pages = smallest_default();
  const uint64_t smallest = pages > least ? pages : least;

  if (scaled < smallest) {
    return smallest;
  }
  return scaled > 64 * MIB ? 64 * MIB : scaled;
}

static void
read_params(struct memcg* memcg, struct settings* settings, uint64_t least)
{
  static const char* const choices[] = {
      "all", "max", "group", "nested", "lower", NULL};
  struct run* run = memcg->run;
  const uint64_t memory = total_memory();
  uint64_t dump_tasks;

  memcg->procs = (int)run_number(run, "procs", 4, 1, MEMBERS_MAX);
  memcg->limit =
      run_scaled(run, "size", default_size(memory, least), MIB, 1ULL << 40);
  settings->end_us =
      run->started_us + run_number(run, "duration", 10, 1, 86400) * US_PER_S;
  memcg->cut_us = settings->end_us + CUT_AFTER_US;
  settings->kills = run_number(run, "kills", 0, 0, 1000000000);
  dump_tasks = run_number(run, "dump_tasks", 0, 0, 1);
  settings->choice = run_choice(run, "variant", choices);
  run_params_end(run);
  if (memcg->limit > memory / 2) {
    ktap_bail(&run->ktap,
              "size %llu is over half of the guest's memory (%llu): give it "
              "more, or take a smaller size",
              (unsigned long long)memcg->limit,
              (unsigned long long)memory);
    exit(WORKLOAD_BAILED);
  }
  write_number("/proc/sys/vm/oom_dump_tasks", dump_tasks);
}

/* TOP holds all groups, and no process. */
static int make_groups(struct memcg* memcg)
{
  struct cgroup top;
  struct cgroup sibling;
  char name[sizeof(top.name)];
  int error = cgroup_delegate_memory("");
  int i;

  error = error ? error : cgroup_make(&top, TOP);
  error = error ? error : cgroup_delegate_memory(TOP);
  for (i = 0; i < VARIANTS && !error; i++) {
    snprintf(name, sizeof(name), TOP "/%s", variant_names[i]);
    error = cgroup_make(&memcg->groups[i], name);
  }
  error = error ? error : cgroup_delegate_memory(TOP "/nested");
  for (i = 0; i < 2 && !error; i++) {
    snprintf(name, sizeof(name), TOP "/nested/%c", 'a' + i);
    error = cgroup_make(&memcg->leaves[i], name);
  }
  if (!error) {
    error = cgroup_set(&memcg->groups[VARIANT_GROUP], "memory.oom.group", "1");
  }
  error = error ? error : cgroup_make(&sibling, TOP "/sibling");
  for (i = 0; i < OUTSIDE_BYSTANDERS && !error; i++) {
    error = bystander_start(&memcg->bystanders, -1);
  }
  for (i = 0; i < SIBLING_BYSTANDERS && !error; i++) {
    error = bystander_start(&memcg->bystanders, sibling.fd);
  }
  return error;
}

static uint64_t all_kills(const struct memcg* memcg)
{
  uint64_t kills = 0;
  int i;

  for (i = 0; i < VARIANTS; i++) {
    kills += memcg->tally.kills[i];
  }
  return kills;
}

static bool time_left(const struct memcg* memcg,
                      const struct settings* settings)
{
  return now_us() < settings->end_us &&
         (settings->kills == 0 || all_kills(memcg) < settings->kills);
}

/* Rounds until the time is up, the kills are done, or one fails. Every variant
 * that was asked for gets one round at least. */
static void play_rounds(struct memcg* memcg, const struct settings* settings)
{
  int order[VARIANTS] = {
      VARIANT_MAX, VARIANT_GROUP, VARIANT_NESTED, VARIANT_LOWER};
  bool first = true;
  int i;

  do {
    rng_shuffle(&memcg->rng, order, VARIANTS);
    for (i = 0; i < VARIANTS && (first || time_left(memcg, settings)); i++) {
      if (settings->choice && order[i] != settings->choice - 1) {
        continue;
      }
      if (now_us() >= memcg->cut_us ||
          !memcg_round(memcg, (enum variant)order[i])) {
        return;
      }
    }
    first = false;
  } while (time_left(memcg, settings));
}

static void print_facts(const struct memcg* memcg, int intact)
{
  const struct tally* tally = &memcg->tally;
  struct ktap* ktap = &memcg->run->ktap;
  uint64_t rounds = 0;
  char key[64];
  int i;

  for (i = 0; i < VARIANTS; i++) {
    rounds += tally->rounds[i];
    snprintf(key, sizeof(key), "rounds.%s", variant_names[i]);
    ktap_count(ktap, key, tally->rounds[i]);
    snprintf(key, sizeof(key), "kills.%s", variant_names[i]);
    ktap_count(ktap, key, tally->kills[i]);
  }
  ktap_count(ktap, "rounds", rounds);
  ktap_count(ktap, "kills", all_kills(memcg));
  ktap_count(ktap, "children", tally->children);
  ktap_count(ktap, "children_killed", tally->children_killed);
  ktap_count(ktap, "oom_kill_events", tally->events);
  ktap_count(ktap, "oom_group_kill_events", tally->group_events);
  ktap_count(ktap, "repeated_kills", tally->repeats);
  ktap_count(ktap, "thread_kills", tally->thread_repeats);
  ktap_count(ktap, "unlogged_kills", tally->unlogged);
  ktap_count(ktap, "foreign_kills", tally->foreign.count);
  ktap_count(ktap, "members_only", tally->foreign.count == 0);
  ktap_count(ktap, "kmsg_lost", memcg->kmsg.lost);
  ktap_count(ktap, "odd_ends", tally->odd_ends.count);
  ktap_count(ktap, "survivors", tally->survivors);
  ktap_count(ktap, "cut_rounds", tally->cut_rounds);
  ktap_count(ktap, "stalls", tally->stalls);
  ktap_count(ktap, "current_max_after", tally->current_max_after);
  ktap_count(ktap, "current_bound", cgroup_leftover_bound());
  ktap_count(ktap, "bystanders", (uint64_t)memcg->bystanders.count);
  ktap_count(ktap, "bystanders_alive", (uint64_t)intact);
  ktap_count(ktap, "elapsed_ms", (now_us() - memcg->run->started_us) / 1000);
}

/* memory.oom.group counts its first victim again when that is still there as
 * the rest of the group is killed, and any member whose leader is dying by then
 * while another thread has its memory; nothing else may be counted twice. */
static bool events_match(const struct memcg* memcg)
{
  const struct tally* tally = &memcg->tally;

  if (memcg->kmsg.lost > 0) { /* repeats may have been missed */
    return tally->events >= tally->children_killed &&
           tally->events <=
               tally->children_killed +
                   tally->group_events *
                       (memcg->kind->process_of ? 1 + memcg->procs : 1);
  }
  return tally->repeats <= tally->group_events &&
         tally->thread_repeats <= tally->group_events * memcg->procs &&
         tally->events ==
             tally->children_killed + tally->repeats + tally->thread_repeats;
}

static void judge_kills(const struct memcg* memcg)
{
  const struct tally* tally = &memcg->tally;
  struct ktap* ktap = &memcg->run->ktap;
  const char* idle =
      idle_variant(variant_names, tally->rounds, tally->kills, VARIANTS);

  ktap_result(ktap,
              !idle,
              "oom kills happened",
              "variant %s killed nobody",
              idle ? idle : "");
  judge_foreign(ktap, &tally->foreign);
  ktap_result(ktap,
              events_match(memcg),
              "oom_kill events equal children killed",
              "memory.events grew by %llu in %llu group kills, %llu children "
              "were killed, %llu of them counted again",
              (unsigned long long)tally->events,
              (unsigned long long)tally->group_events,
              (unsigned long long)tally->children_killed,
              (unsigned long long)(tally->repeats + tally->thread_repeats));
}

static void judge_rest(const struct memcg* memcg, int intact)
{
  const struct tally* tally = &memcg->tally;
  struct ktap* ktap = &memcg->run->ktap;

  judge_leftover(ktap, tally->current_max_after);
  judge_bystanders(ktap, &memcg->bystanders, intact);
  ktap_result(ktap,
              tally->odd_ends.count == 0 && tally->survivors == 0,
              "members end by the oom killer",
              "%llu ended otherwise (first wait status 0x%x), %llu outlived a "
              "lowered limit",
              (unsigned long long)tally->odd_ends.count,
              (unsigned)tally->odd_ends.first_status,
              (unsigned long long)tally->survivors);
  judge_stalls(ktap, tally->stalls, 30);
}

enum workload_end memcg_play(struct run* run, const struct memcg_kind* kind)
{
  static struct memcg memcg;
  struct settings settings;
  int intact;
  int error;

  memcg.run = run;
  memcg.kind = kind;
  rng_seed(&memcg.rng, run->seed, 0);
  read_params(&memcg, &settings, kind->smallest);
  if (!cgroup_has_memory()) {
    ktap_skip_all(&run->ktap, "the kernel has no memory controller");
    return WORKLOAD_DONE;
  }
  watch_children();
  kmsg_open(&memcg.kmsg);
  error = make_groups(&memcg);
  if (error) {
    ktap_bail(&run->ktap, "can't set up cgroups: %s", strerror(-error));
    return WORKLOAD_BAILED;
  }
  ktap_plan(&run->ktap, RESULTS + kind->results);
  play_rounds(&memcg, &settings);
  intact = bystanders_check(&memcg.bystanders);
  print_facts(&memcg, intact);
  judge_kills(&memcg);
  judge_rest(&memcg, intact);
  if (kind->judge) {
    kind->judge(run);
  }
  return WORKLOAD_DONE;
}

static enum workload_end run_memcg(struct run* run)
{
  static const struct memcg_kind kind = {.member = eat};

  return memcg_play(run, &kind);
}

WORKLOAD(memcg, "memcg", run_memcg);
