// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes that share an mm without being threads run into a cgroup's
 * memory.max: vforked children, and clone(CLONE_VM) without CLONE_SIGHAND or
 * CLONE_THREAD. Judged: they have one oom_score_adj, all die with the one that
 * is chosen, nobody is chosen who shares with an unkillable task, and the
 * reaper comes once. docs/workloads.md has the parameters and facts.
 */
#include "workloads/lib/child.h"
#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/lib/shared.h"
#include "workloads/shared_mm_round.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define MIB (1ULL << 20)
#define TOP "/shared-mm"
/* Rounds that last so long past the duration are ended, well within the time
 * that init allows. */
#define CUT_AFTER_US (30 * US_PER_S)
#define RESULTS 13

static const char* const way_names[WAYS] = {
    "clone", "vfork", "group", "outside", "held", "unkillable"};

struct settings
{
  int choice; /* 0: all; else 1 + the only way */
  uint64_t end_us;
};

/* Enough for what the kernel itself charges to so many processes, which goes
 * by pages: 64 KiB each on ppc64le. */
static uint64_t default_size(uint64_t memory)
{
  const uint64_t pages = 512 * (uint64_t)sysconf(_SC_PAGESIZE);
  const uint64_t smallest = pages > 8 * MIB ? pages : 8 * MIB;
  const uint64_t scaled = memory / 128 / MIB * MIB;

  if (scaled < smallest) {
    return smallest;
  }
  return scaled > 64 * MIB ? 64 * MIB : scaled;
}

static void read_params(struct shared* shared, struct settings* settings)
{
  static const char* const choices[] = {
      "all", "clone", "vfork", "group", "outside", "held", "unkillable", NULL};
  struct run* run = shared->run;
  const uint64_t memory = total_memory();
  uint64_t dump_tasks;

  shared->procs = (int)run_number(run, "procs", 3, 1, CLANS_MAX - 2);
  shared->sharers = (int)run_number(run, "sharers", 3, 1, SHARERS_MAX);
  shared->limit =
      run_scaled(run, "size", default_size(memory), MIB, 1ULL << 40);
  settings->end_us =
      run->started_us + run_number(run, "duration", 10, 1, 86400) * US_PER_S;
  shared->cut_us = settings->end_us + CUT_AFTER_US;
  dump_tasks = run_number(run, "dump_tasks", 0, 0, 1);
  settings->choice = run_choice(run, "variant", choices);
  run_params_end(run);
  if (shared->limit > memory / 2) {
    ktap_bail(&run->ktap,
              "size %llu is over half of the guest's memory (%llu): give it "
              "more, or take a smaller size",
              (unsigned long long)shared->limit,
              (unsigned long long)memory);
    exit(WORKLOAD_BAILED);
  }
  write_number("/proc/sys/vm/oom_dump_tasks", dump_tasks);
}

/* TOP holds all groups, and no process. */
static int make_groups(struct shared* shared)
{
  char name[sizeof(shared->outside.name)];
  int error = cgroup_delegate_memory("");
  int i;

  error = error ? error : cgroup_make(&shared->outside, TOP);
  error = error ? error : cgroup_delegate_memory(TOP);
  for (i = 0; i < WAYS && !error; i++) {
    snprintf(name, sizeof(name), TOP "/%s", way_names[i]);
    error = cgroup_make(&shared->groups[i], name);
  }
  if (!error) {
    close(shared->outside.fd);
    error = cgroup_make(&shared->outside, TOP "/sibling");
  }
  if (!error) {
    error = cgroup_set(&shared->groups[WAY_GROUP], "memory.oom.group", "1");
  }
  error = error ? error : bystander_start(&shared->bystanders, -1);
  return error ? error
               : bystander_start(&shared->bystanders, shared->outside.fd);
}

/* Rounds until the time is up, or one fails. Every way that was asked for gets
 * one round at least. */
static void play_rounds(struct shared* shared, const struct settings* settings)
{
  int order[WAYS] = {
      WAY_CLONE, WAY_VFORK, WAY_GROUP, WAY_OUTSIDE, WAY_HELD, WAY_UNKILLABLE};
  bool first = true;
  int i;

  do {
    rng_shuffle(&shared->rng, order, WAYS);
    for (i = 0; i < WAYS && (first || now_us() < settings->end_us); i++) {
      if (settings->choice && order[i] != settings->choice - 1) {
        continue;
      }
      if (now_us() >= shared->cut_us ||
          !shared_round(shared, (enum way)order[i])) {
        return;
      }
    }
    first = false;
  } while (now_us() < settings->end_us);
}

static uint64_t sum(const uint64_t counts[WAYS])
{
  uint64_t total = 0;
  int i;

  for (i = 0; i < WAYS; i++) {
    total += counts[i];
  }
  return total;
}

static void print_facts(const struct shared* shared, int intact)
{
  const struct shared_tally* tally = &shared->tally;
  struct ktap* ktap = &shared->run->ktap;
  char key[64];
  int i;

  for (i = 0; i < WAYS; i++) {
    snprintf(key, sizeof(key), "rounds.%s", way_names[i]);
    ktap_count(ktap, key, tally->rounds[i]);
    snprintf(key, sizeof(key), "kills.%s", way_names[i]);
    ktap_count(ktap, key, tally->kills[i]);
  }
  ktap_count(ktap, "rounds", sum(tally->rounds));
  ktap_count(ktap, "kills", sum(tally->kills));
  ktap_count(ktap, "oom_kill_events", tally->events);
  ktap_count(ktap, "processes", tally->processes);
  ktap_count(ktap, "processes_killed", tally->killed);
  ktap_count(ktap, "processes_guarded", tally->guarded);
  ktap_count(ktap, "survivors", tally->survivors);
  ktap_count(ktap, "later_kills", tally->later_kills);
  ktap_count(ktap, "held", tally->held);
  ktap_count(ktap, "reaps", tally->reaps);
  ktap_count(ktap, "adj_writes", tally->adj_writes);
  ktap_count(ktap, "adj_reads", tally->adj_reads);
  ktap_count(ktap, "foreign_kills", tally->foreign.count);
  ktap_count(ktap, "kmsg_lost", shared->kmsg.lost);
  ktap_count(ktap, "odd_ends", tally->odd_ends.count);
  ktap_count(ktap, "cut_rounds", tally->cut_rounds);
  ktap_count(ktap, "stalls", tally->stalls);
  ktap_count(ktap, "current_max_after", tally->current_max_after);
  ktap_count(ktap, "current_bound", cgroup_leftover_bound());
  ktap_count(ktap, "bystanders", (uint64_t)shared->bystanders.count);
  ktap_count(ktap, "bystanders_alive", (uint64_t)intact);
  ktap_count(ktap, "elapsed_ms", (now_us() - shared->run->started_us) / 1000);
}

static void judge_kills(const struct shared* shared)
{
  const struct shared_tally* tally = &shared->tally;
  struct ktap* ktap = &shared->run->ktap;
  const uint64_t kills = sum(tally->kills);
  const char* idle = idle_variant(way_names, tally->rounds, tally->kills, WAYS);

  ktap_result(ktap,
              !idle,
              "oom kills happened",
              "variant %s killed nobody",
              idle ? idle : "");
  judge_foreign(ktap, &tally->foreign);
  ktap_result(ktap,
              shared->kmsg.lost ? tally->events >= kills
                                : tally->events == kills,
              "oom_kill events equal kills logged",
              "memory.events grew by %llu, %llu kills were logged",
              (unsigned long long)tally->events,
              (unsigned long long)kills);
}

/* What mm/oom_kill.c and fs/proc/base.c promise to those that share an mm. */
static void judge_sharing(const struct shared* shared)
{
  const struct shared_tally* tally = &shared->tally;
  struct ktap* ktap = &shared->run->ktap;

  ktap_result(ktap,
              tally->adj_reads > 0 && tally->adj_wrong == 0,
              "sharers show one oom_score_adj",
              "%llu were wrong in %llu reads, first: %s",
              (unsigned long long)tally->adj_wrong,
              (unsigned long long)tally->adj_reads,
              tally->first_wrong);
  ktap_result(ktap,
              tally->vforked == 0,
              "vforked children are not chosen",
              "%llu were, while their parents waited",
              (unsigned long long)tally->vforked);
  ktap_result(ktap,
              tally->unkillable == 0 && tally->lost == 0,
              "sharers of an unkillable task live",
              "%llu were chosen, %llu died",
              (unsigned long long)tally->unkillable,
              (unsigned long long)tally->lost);
  ktap_result(ktap,
              tally->survivors == 0 && tally->later_kills == 0,
              "sharers die with the victim",
              "%llu outlived it by 10 s, %llu had to be killed on their own",
              (unsigned long long)tally->survivors,
              (unsigned long long)tally->later_kills);
  ktap_result(ktap,
              tally->again == 0,
              "a victim is reaped once at most",
              "%llu times it was reaped again",
              (unsigned long long)tally->again);
  ktap_result(ktap,
              tally->unreaped == 0 &&
                  (tally->held > 0 || tally->rounds[WAY_HELD] == 0),
              "held victims are reaped",
              "%llu of %llu were not, within 20 s",
              (unsigned long long)tally->unreaped,
              (unsigned long long)tally->held);
}

static void judge_rest(const struct shared* shared, int intact)
{
  const struct shared_tally* tally = &shared->tally;
  struct ktap* ktap = &shared->run->ktap;

  judge_leftover(ktap, tally->current_max_after);
  judge_bystanders(ktap, &shared->bystanders, intact);
  judge_odd_ends(ktap, "members end by the oom killer", &tally->odd_ends);
  judge_stalls(ktap, tally->stalls, 30);
}

static enum workload_end run_shared_mm(struct run* run)
{
  static struct shared shared;
  struct settings settings;
  int intact;
  int error;

  shared.run = run;
  rng_seed(&shared.rng, run->seed, 0);
  read_params(&shared, &settings);
  if (!cgroup_has_memory()) {
    ktap_skip_all(&run->ktap, "the kernel has no memory controller");
    return WORKLOAD_DONE;
  }
  shared.told = share(run, CLANS_MAX * sizeof(*shared.told));
  watch_children();
  prctl(PR_SET_CHILD_SUBREAPER, 1); /* sharers outlive their leader */
  kmsg_open(&shared.kmsg);
  error = make_groups(&shared);
  if (error) {
    ktap_bail(&run->ktap, "can't set up cgroups: %s", strerror(-error));
    return WORKLOAD_BAILED;
  }
  ktap_plan(&run->ktap, RESULTS);
  play_rounds(&shared, &settings);
  intact = bystanders_check(&shared.bystanders);
  print_facts(&shared, intact);
  judge_kills(&shared);
  judge_sharing(&shared);
  judge_rest(&shared, intact);
  return WORKLOAD_DONE;
}

WORKLOAD(shared_mm, "shared-mm", run_shared_mm);
