// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes with thousands of mappings are killed, and others call
 * process_mrelease(2) for them while the kernel tears their memory down.
 * Judged: the call's errors are the documented ones, the memory is gone when it
 * gives 0, and what memcg judges of the groups. docs/workloads.md has the
 * parameters and facts.
 */
#include "workloads/lib/child.h"
#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/lib/meminfo.h"
#include "workloads/lib/shared.h"
#include "workloads/mrelease_round.h"
#include "workloads/mrelease_victim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB (1ULL << 20)
#define TOP "/mrelease"
#define THP "/sys/kernel/mm/transparent_hugepage/"
#define FILE_PATH "/tmp/mrelease"
/* Rounds that last so long past the duration are ended, well within the time
 * that init allows. */
#define CUT_AFTER_US (30 * US_PER_S)
/* Of what a victim had mapped, so much may still be charged, in hundredths: its
 * mappings of files were not. */
#define KEPT_BOUND 50
#define RESULTS 11

static const char* const way_names[WAYS] = {"signal", "oom", "held"};

/* Written to its end: its pages are charged to nobody's group. It stays when
 * the workload ends, as all of the guest does. */
static int make_file(void)
{
  static const char block[4096] = {1};
  const int fd = open(FILE_PATH, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  size_t done;

  for (done = 0; fd >= 0 && done < VICTIM_FILE; done += sizeof(block)) {
    if (write(fd, block, sizeof(block)) != (ssize_t)sizeof(block)) {
      return -1;
    }
  }
  return fd;
}

struct settings
{
  int choice; /* 0: all; else 1 + the only way */
  uint64_t end_us;
};

/* So much that what the kernel counts late is little of it. */
static uint64_t default_size(uint64_t memory)
{
  const uint64_t pages = 1024 * (uint64_t)sysconf(_SC_PAGESIZE);
  const uint64_t scaled = memory / 64 / MIB * MIB;

  return scaled < pages ? pages : scaled;
}

static void read_params(struct mrelease* mrelease, struct settings* settings)
{
  static const char* const choices[] = {"all", "signal", "oom", "held", NULL};
  struct run* run = mrelease->run;
  const uint64_t memory = total_memory();

  mrelease->releasers = (int)run_number(run, "releasers", 3, 1, RELEASERS_MAX);
  mrelease->vmas = run_number(run, "vmas", 2000, 16, 60000);
  mrelease->bytes =
      run_scaled(run, "size", default_size(memory), MIB, 1ULL << 40);
  settings->end_us =
      run->started_us + run_number(run, "duration", 10, 1, 86400) * US_PER_S;
  mrelease->cut_us = settings->end_us + CUT_AFTER_US;
  settings->choice = run_choice(run, "variant", choices);
  run_params_end(run);
  if (mrelease->bytes > memory / 4) {
    ktap_bail(&run->ktap,
              "size %llu is over a quarter of the guest's memory (%llu): give "
              "it more, or take a smaller size",
              (unsigned long long)mrelease->bytes,
              (unsigned long long)memory);
    exit(WORKLOAD_BAILED);
  }
}

/* TOP holds all groups, and no process. */
static int make_groups(struct mrelease* mrelease)
{
  struct cgroup top;
  struct cgroup sibling;
  char name[sizeof(top.name)];
  int error = cgroup_delegate_memory("");
  int i;

  error = error ? error : cgroup_make(&top, TOP);
  error = error ? error : cgroup_delegate_memory(TOP);
  for (i = 0; i < WAYS && !error; i++) {
    snprintf(name, sizeof(name), TOP "/%s", way_names[i]);
    error = cgroup_make(&mrelease->groups[i], name);
  }
  error = error ? error : cgroup_make(&sibling, TOP "/sibling");
  error = error ? error : bystander_start(&mrelease->bystanders, -1);
  return error ? error : bystander_start(&mrelease->bystanders, sibling.fd);
}

static int end_at_once(void* argument)
{
  (void)argument;
  return 0;
}

/* What a process that was waited for gives; nothing else of ours may end
 * meanwhile. */
static int of_reaped(void)
{
  const pid_t pid = spawn(-1, end_at_once, NULL);
  const int fd = pid > 0 ? pidfd_open_of(pid) : -1;
  int result = 0;

  if (fd >= 0 && waitpid(pid, NULL, 0) == pid) {
    result = process_mrelease_of(fd, 0);
  }
  if (fd >= 0) {
    close(fd);
  }
  return result;
}

/* The errors of process_mrelease(2), one by one: the first that is another, or
 * NULL. `got` is what it was. */
static const char* wrong_error(pid_t alive, int* got)
{
  const int fd = pidfd_open_of(alive);

  const struct
  {
    const char* what;
    int got;
    int wanted;
  } probes[] = {
      {"no pidfd", process_mrelease_of(-1, 0), -EBADF},
      {"unknown flags", process_mrelease_of(fd, 1), -EINVAL},
      {"a live process", process_mrelease_of(fd, 0), -EINVAL},
      {"a process that was reaped", of_reaped(), -ESRCH},
  };

  const char* wrong = NULL;
  size_t i;

  for (i = 0; i < sizeof(probes) / sizeof(probes[0]) && !wrong; i++) {
    if (probes[i].got != probes[i].wanted) {
      wrong = probes[i].what;
      *got = -probes[i].got;
    }
  }
  close(fd);
  return wrong;
}

/* Every way that was played has seen a call that gave 0. */
static bool exercised(const struct mrelease* mrelease)
{
  int i;

  for (i = 0; i < WAYS; i++) {
    if (mrelease->tally.rounds[i] && !mrelease->tally.zeros[i]) {
      return false;
    }
  }
  return true;
}

/* Rounds until the time is up and calls have been in time, or one fails. Every
 * way that was asked for gets one round at least. */
static void play_rounds(struct mrelease* mrelease,
                        const struct settings* settings)
{
  int order[WAYS] = {WAY_SIGNAL, WAY_OOM, WAY_HELD};
  bool first = true;
  int i;

  do {
    rng_shuffle(&mrelease->rng, order, WAYS);
    for (i = 0; i < WAYS &&
                (first || now_us() < settings->end_us || !exercised(mrelease));
         i++) {
      if (settings->choice && order[i] != settings->choice - 1) {
        continue;
      }
      if (now_us() >= mrelease->cut_us ||
          !mrelease_round(mrelease, (enum way)order[i])) {
        return;
      }
    }
    first = false;
  } while (now_us() < settings->end_us || !exercised(mrelease));
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

static void print_ways(const struct mrelease* mrelease)
{
  const struct mrelease_tally* tally = &mrelease->tally;

  const struct
  {
    const char* name;
    const uint64_t* counts;
  } all[] = {{"rounds", tally->rounds},
             {"kills", tally->kills},
             {"released", tally->zeros},
             {"raced", tally->raced}};
  struct ktap* ktap = &mrelease->run->ktap;
  char key[64];
  size_t i;
  int j;

  for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
    for (j = 0; j < WAYS; j++) {
      snprintf(key, sizeof(key), "%s.%s", all[i].name, way_names[j]);
      ktap_count(ktap, key, all[i].counts[j]);
    }
    ktap_count(ktap, all[i].name, sum(all[i].counts));
  }
}

static void print_calls(struct ktap* ktap, const struct released* released)
{
  ktap_count(ktap, "calls", atomic_load(&released->calls));
  ktap_count(ktap, "calls.early", atomic_load(&released->early));
  ktap_count(ktap, "calls.zero", atomic_load(&released->zero));
  ktap_count(ktap, "calls.eagain", atomic_load(&released->again));
  ktap_count(ktap, "calls.eintr", atomic_load(&released->interrupted));
  ktap_count(ktap, "calls.esrch", atomic_load(&released->gone));
  ktap_count(ktap, "calls.wrong", atomic_load(&released->wrong));
}

static void print_facts(const struct mrelease* mrelease, int intact)
{
  const struct mrelease_tally* tally = &mrelease->tally;
  struct ktap* ktap = &mrelease->run->ktap;

  print_ways(mrelease);
  print_calls(ktap, mrelease->released);
  ktap_count(ktap, "huge_page", mrelease->huge);
  ktap_count(ktap, "oom_kill_events", tally->events);
  ktap_count(ktap, "oom_kills_logged", tally->logged);
  ktap_count(ktap, "foreign_kills", tally->foreign.count);
  ktap_count(ktap, "kmsg_lost", mrelease->kmsg.lost);
  ktap_count(ktap, "held", tally->held);
  ktap_count(ktap, "held_mapped_max", tally->held_max);
  ktap_count(ktap, "held_mapped_max_after", tally->rss_max);
  ktap_count(ktap, "held_mapped_bound", tally->rss_bound);
  ktap_count(ktap, "held_charged_percent_after", tally->charged_max);
  ktap_count(ktap, "odd_ends", tally->odd_ends.count);
  ktap_count(ktap, "cut_rounds", tally->cut_rounds);
  ktap_count(ktap, "stalls", tally->stalls);
  ktap_count(ktap, "current_max_after", tally->current_max_after);
  ktap_count(ktap, "current_bound", cgroup_leftover_bound());
  ktap_count(ktap, "bystanders", (uint64_t)mrelease->bystanders.count);
  ktap_count(ktap, "bystanders_alive", (uint64_t)intact);
  ktap_count(ktap, "elapsed_ms", (now_us() - mrelease->run->started_us) / 1000);
}

static void
judge_calls(const struct mrelease* mrelease, const char* wrong, int got)
{
  static const char name[] = "errors are the documented ones";
  const struct mrelease_tally* tally = &mrelease->tally;
  const struct released* released = mrelease->released;
  struct ktap* ktap = &mrelease->run->ktap;
  const char* idle = idle_variant(way_names, tally->rounds, tally->kills, WAYS);
  const uint64_t wrongs = atomic_load(&released->wrong);

  ktap_result(ktap,
              !idle,
              "kills happened",
              "variant %s killed nobody",
              idle ? idle : "");
  idle = idle_variant(way_names, tally->rounds, tally->zeros, WAYS);
  ktap_result(ktap,
              !idle,
              "process_mrelease released memory",
              "in variant %s no call gave 0",
              idle ? idle : "");
  if (wrong) {
    ktap_result(ktap, false, name, "%s gives \"%s\"", wrong, strerror(got));
  } else {
    ktap_result(ktap,
                wrongs == 0,
                name,
                "%llu calls for a killed process failed, first with \"%s\"",
                (unsigned long long)wrongs,
                strerror(atomic_load(&released->first_wrong)));
  }
}

static void judge_memory(const struct mrelease* mrelease)
{
  static const char name[] = "memory is gone when process_mrelease gives 0";
  const struct mrelease_tally* tally = &mrelease->tally;
  struct ktap* ktap = &mrelease->run->ktap;

  if (tally->rounds[WAY_HELD] == 0) {
    ktap_skip(ktap, name, "no victim was kept from exiting: variant held");
  } else {
    ktap_result(ktap,
                tally->held > 0 && tally->rss_max <= tally->rss_bound &&
                    tally->charged_max <= KEPT_BOUND,
                name,
                "of %llu bytes that a victim had mapped, %llu still were, and "
                "%llu percent were charged",
                (unsigned long long)tally->held_max,
                (unsigned long long)tally->rss_max,
                (unsigned long long)tally->charged_max);
  }
  judge_leftover(ktap, tally->current_max_after);
}

static void judge_rest(const struct mrelease* mrelease, int intact)
{
  const struct mrelease_tally* tally = &mrelease->tally;
  struct ktap* ktap = &mrelease->run->ktap;

  judge_foreign(ktap, &tally->foreign);
  ktap_result(ktap,
              mrelease->kmsg.lost ? tally->events >= tally->logged
                                  : tally->events == tally->logged,
              "oom_kill events equal kills logged",
              "memory.events grew by %llu, %llu kills were logged",
              (unsigned long long)tally->events,
              (unsigned long long)tally->logged);
  judge_bystanders(ktap, &mrelease->bystanders, intact);
  judge_odd_ends(ktap, "victims end by the kill", &tally->odd_ends);
  judge_stalls(ktap, tally->stalls, 60);
}

/* 0 or -errno. */
static int set_up(struct mrelease* mrelease)
{
  int error;

  mrelease->released = share(mrelease->run, sizeof(*mrelease->released));
  mrelease->dying = share(mrelease->run, sizeof(*mrelease->dying));
  mrelease->file = make_file();
  if (mrelease->file < 0) {
    return -errno;
  }
  if (read_number(THP "hpage_pmd_size", &mrelease->huge) < 0) {
    mrelease->huge = 0;
  } else {
    write_text(THP "enabled", "madvise");
  }
  watch_children();
  kmsg_open(&mrelease->kmsg);
  error = make_groups(mrelease);
  return error;
}

static enum workload_end run_mrelease(struct run* run)
{
  static struct mrelease mrelease;
  const uint64_t mlocked = meminfo_kib("Mlocked");
  struct settings settings;
  const char* wrong;
  int got = 0;
  int intact;
  int error;

  mrelease.run = run;
  rng_seed(&mrelease.rng, run->seed, 0);
  read_params(&mrelease, &settings);
  if (process_mrelease_of(-1, 0) == -ENOSYS) {
    ktap_skip_all(&run->ktap, "the kernel has no process_mrelease(2)");
    return WORKLOAD_DONE;
  }
  if (!cgroup_has_memory()) {
    ktap_skip_all(&run->ktap, "the kernel has no memory controller");
    return WORKLOAD_DONE;
  }
  error = set_up(&mrelease);
  if (error) {
    ktap_bail(&run->ktap, "can't set up: %s", strerror(-error));
    return WORKLOAD_BAILED;
  }
  ktap_plan(&run->ktap, RESULTS);
  wrong = wrong_error(mrelease.bystanders.pids[0], &got);
  play_rounds(&mrelease, &settings);
  intact = bystanders_check(&mrelease.bystanders);
  print_facts(&mrelease, intact);
  judge_calls(&mrelease, wrong, got);
  judge_memory(&mrelease);
  judge_rest(&mrelease, intact);
  meminfo_judge_return(
      &run->ktap, "mlocked memory returns", "Mlocked", mlocked);
  return WORKLOAD_DONE;
}

WORKLOAD(mrelease, "mrelease", run_mrelease);
