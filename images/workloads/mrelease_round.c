// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/mrelease_round.h"

#include "workloads/lib/child.h"
#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/mrelease_victim.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* A step of a round that takes so long will not end at all. */
#define STALL_US (60 * US_PER_S)
/* What processes that we killed ourselves get to go. */
#define STOP_US (5 * US_PER_S)
/* Calls that give 0, of each releaser of a held victim. */
#define HELD_CALLS 2
/* The longest wait of a killer, in turns: some 100 us under TCG. */
#define DELAY_MAX 20000

enum { READ_END, WRITE_END };

struct round
{
  enum way way;
  const struct cgroup* group;
  pid_t victim;
  int pidfd;
  int cpu; /* the victim's */
  bool ended;
  bool held;    /* stopped on its way out */
  bool stopped; /* we killed it for a reason of ours */
  bool cut;     /* since the time was up */
  unsigned kill_lines;
  struct kill_time killed; /* when the first of them was logged */
  pid_t releasers[RELEASERS_MAX];
  int running; /* releasers that have not ended */
  int gate[2]; /* the releasers' */
  int ready[2];
  int victim_gate[2];
};

static void read_log(struct mrelease* mrelease, struct round* round)
{
  struct mrelease_tally* tally = &mrelease->tally;
  struct kmsg_record record;
  pid_t pid;

  while (kmsg_next(&mrelease->kmsg, &record)) {
    if (!kmsg_is_oom_kill(&record, &pid)) {
      continue;
    }
    if (pid == round->victim && round->way == WAY_OOM) {
      tally->logged++;
      if (round->kill_lines++ == 0) {
        round->killed.known = record.time_known;
        round->killed.us = record.time_us;
      }
    } else {
      foreign_kill(&tally->foreign, &record);
    }
  }
}

static void take_end(struct mrelease* mrelease, struct round* round, int status)
{
  struct mrelease_tally* tally = &mrelease->tally;

  round->ended = true;
  if (round->kill_lines > 0) {
    print_kill(&mrelease->run->ktap,
               round->victim,
               round->group->name,
               &round->killed,
               now_us());
  }
  if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
    odd_end(&tally->odd_ends, status);
  } else if (!round->stopped) {
    tally->kills[round->way]++;
  }
}

/* A stop that is none on the way out is passed on with its signal. */
static void take_stop(struct round* round, int status)
{
  if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8) && !round->cut) {
    round->held = true;
  } else {
    ptrace(PTRACE_CONT,
           round->victim,
           NULL,
           round->cut ? 0L : (long)WSTOPSIG(status));
  }
}

static bool releaser_ended(struct round* round, pid_t pid)
{
  int i;

  for (i = 0; i < RELEASERS_MAX; i++) {
    if (round->releasers[i] == pid) {
      round->releasers[i] = 0;
      round->running--;
      return true;
    }
  }
  return false;
}

/* Takes in every child that has ended, or stopped, by now. */
static bool reap(struct mrelease* mrelease, struct round* round)
{
  bool any = false;
  int status;
  pid_t pid;

  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    any = true;
    /* The kill is logged before the victim may go on to exit. */
    read_log(mrelease, round);
    if (pid == round->victim && WIFSTOPPED(status)) {
      take_stop(round, status);
    } else if (pid == round->victim) {
      take_end(mrelease, round, status);
    } else if (!releaser_ended(round, pid)) {
      bystander_ended(&mrelease->bystanders, pid);
    }
  }
  return any;
}

static void let_go(struct round* round)
{
  if (round->held && !round->ended) {
    ptrace(PTRACE_CONT, round->victim, NULL, NULL);
  }
}

static void stop_all(struct round* round)
{
  int i;

  if (!round->ended && round->victim > 0) {
    round->stopped = true;
    kill(round->victim, SIGKILL);
    let_go(round);
  }
  for (i = 0; i < RELEASERS_MAX; i++) {
    if (round->releasers[i] > 0) {
      kill(round->releasers[i], SIGKILL);
    }
  }
}

/* Time is up, and by far: no failure, the round was making progress. */
static void cut_short(struct mrelease* mrelease, struct round* round)
{
  if (!round->cut && now_us() >= mrelease->cut_us) {
    round->cut = true;
    mrelease->tally.cut_rounds++;
    stop_all(round);
  }
}

/* What a round waits for. */
static bool all_ended(const struct round* round)
{
  return round->ended && round->running == 0;
}

static bool releasers_ended(const struct round* round)
{
  return round->running == 0;
}

static bool victim_held(const struct round* round)
{
  return round->held;
}

/* False when that does not come within STALL_US, or not at all. */
static bool await(struct mrelease* mrelease,
                  struct round* round,
                  bool (*done)(const struct round*))
{
  const uint64_t deadline = now_us() + STALL_US;

  while (!done(round)) {
    if (reap(mrelease, round)) {
      continue;
    }
    cut_short(mrelease, round);
    if (now_us() >= deadline || (done == victim_held && round->ended)) {
      return false;
    }
    wait_event(-1,
               !round->cut && mrelease->cut_us < deadline ? mrelease->cut_us
                                                          : deadline);
  }
  return true;
}

/* Waits for `wanted` bytes from children that say they are ready. */
static bool gather(struct mrelease* mrelease, struct round* round, int wanted)
{
  const uint64_t deadline = now_us() + STALL_US;
  char bytes[RELEASERS_MAX];
  int told = 0;

  while (told < wanted) {
    reap(mrelease, round);
    cut_short(mrelease, round);
    if (round->ended || round->cut || now_us() >= deadline) {
      return false;
    }
    if (wait_event(round->ready[READ_END], deadline)) {
      const ssize_t got = read(round->ready[READ_END], bytes, sizeof(bytes));

      told += got > 0 ? (int)got : 0;
    }
  }
  return true;
}

static int any_cpu(struct mrelease* mrelease)
{
  return (int)rng_below(&mrelease->rng,
                        (uint32_t)sysconf(_SC_NPROCESSORS_ONLN));
}

static bool start_victim(struct mrelease* mrelease, struct round* round)
{
  struct victim_plan plan = {.seed = mrelease->run->seed,
                             .stream = rng_next(&mrelease->rng),
                             .vmas = mrelease->vmas,
                             .bytes = mrelease->bytes,
                             .huge = mrelease->huge,
                             .file = mrelease->file,
                             .greedy = round->way == WAY_OOM,
                             .ready = round->ready[WRITE_END]};
  cpu_set_t set;

  plan.sparse = rng_below(&mrelease->rng, 2);
  plan.threads = (int)rng_below(&mrelease->rng, VICTIM_THREADS_MAX + 1);
  round->cpu = any_cpu(mrelease);
  memcpy(plan.gate, round->victim_gate, sizeof(plan.gate));
  round->victim = spawn(round->group->fd, victim_live, &plan);
  if (round->victim <= 0) {
    round->victim = 0;
    return false;
  }
  round->pidfd = pidfd_open_of(round->victim);
  if (round->pidfd < 0 || !gather(mrelease, round, 1)) {
    return false;
  }
  CPU_ZERO(&set);
  CPU_SET((unsigned)round->cpu, &set);
  return sched_setaffinity(round->victim, sizeof(set), &set) == 0;
}

/* The first of them kills, on another CPU than the victim's; all are there
 * before any goes on. */
static bool start_releasers(struct mrelease* mrelease, struct round* round)
{
  const int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
  int i;

  if (pipe2(round->gate, O_CLOEXEC) < 0) {
    return false;
  }
  atomic_store(mrelease->dying, round->way == WAY_HELD);
  for (i = 0; i < mrelease->releasers; i++) {
    struct releaser releaser = {
        .released = mrelease->released,
        .dying = mrelease->dying,
        .pidfd = round->pidfd,
        .pid = round->victim,
        .cpu = (round->cpu + 1 + i) % cpus,
        .kills = i == 0 && round->way == WAY_SIGNAL,
        .delay = rng_below(&mrelease->rng, DELAY_MAX),
        .eager = round->way == WAY_OOM || rng_below(&mrelease->rng, 2),
        .looks = rng_below(&mrelease->rng, 4) == 0,
        .enough = round->way == WAY_HELD ? HELD_CALLS : 0,
        .gate = {round->gate[0], round->gate[1]},
        .not_mine = round->victim_gate[WRITE_END],
        .ready = round->ready[WRITE_END]};

    round->releasers[i] = spawn(-1, releaser_run, &releaser);
    if (round->releasers[i] <= 0) {
      round->releasers[i] = 0;
      return false;
    }
    round->running++;
  }
  if (!gather(mrelease, round, mrelease->releasers)) {
    return false;
  }
  close(round->gate[WRITE_END]);
  round->gate[WRITE_END] = -1;
  return true;
}

/* What the victim maps, in bytes: by a walk of its page tables, else by the
 * kernel's counters. Gives what may be left when all is released, too: little,
 * but counters may lag by 64 pages a task and CPU. */
static uint64_t mapped_bytes(pid_t pid, uint64_t* bound)
{
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  char path[64];
  char text[128];
  unsigned long long pages;
  uint64_t kib;

  *bound = 16 * page;
  snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
  if (read_keyed(path, "Rss", &kib) == 0) {
    return kib * 1024;
  }
  *bound = 64 * (1 + (uint64_t)sysconf(_SC_NPROCESSORS_ONLN)) * page;
  snprintf(path, sizeof(path), "/proc/%d/statm", pid);
  if (read_text(path, text, sizeof(text)) <= 0 ||
      sscanf(text, "%*u %llu", &pages) != 1) {
    return UINT64_MAX;
  }
  return pages * page;
}

/* The memory is gone, though its owner still has the mm. */
static void look_at_held(struct mrelease* mrelease,
                         const struct round* round,
                         uint64_t mapped,
                         uint64_t charged)
{
  struct mrelease_tally* tally = &mrelease->tally;
  const uint64_t rss = mapped_bytes(round->victim, &tally->rss_bound);
  const uint64_t left = cgroup_current(round->group);
  const uint64_t fell = left < charged ? charged - left : 0;
  const uint64_t kept = fell < mapped ? (mapped - fell) * 100 / mapped : 0;

  tally->held++;
  tally->held_max = mapped > tally->held_max ? mapped : tally->held_max;
  tally->rss_max = rss > tally->rss_max ? rss : tally->rss_max;
  tally->charged_max = kept > tally->charged_max ? kept : tally->charged_max;
}

static bool play_held(struct mrelease* mrelease, struct round* round)
{
  const uint64_t mapped =
      mapped_bytes(round->victim, &mrelease->tally.rss_bound);
  const uint64_t charged = cgroup_current(round->group);

  if (ptrace(PTRACE_SEIZE, round->victim, NULL, PTRACE_O_TRACEEXIT) < 0 ||
      pidfd_kill(round->pidfd) < 0 || !await(mrelease, round, victim_held) ||
      !start_releasers(mrelease, round) ||
      !await(mrelease, round, releasers_ended)) {
    return false;
  }
  if (!round->cut && mapped > 0) {
    look_at_held(mrelease, round, mapped, charged);
  }
  let_go(round);
  return await(mrelease, round, all_ended);
}

/* A little above what the victim has: it gets there soon. */
static bool set_limit(const struct round* round)
{
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  const uint64_t current = cgroup_current(round->group);

  return current != UINT64_MAX &&
         cgroup_set_number(round->group, "memory.max", current + 256 * page) ==
             0;
}

static bool play(struct mrelease* mrelease, struct round* round)
{
  if (round->way == WAY_HELD) {
    return play_held(mrelease, round);
  }
  if ((round->way == WAY_OOM && !set_limit(round)) ||
      !start_releasers(mrelease, round)) {
    return false;
  }
  close(round->victim_gate[WRITE_END]);
  round->victim_gate[WRITE_END] = -1;
  return await(mrelease, round, all_ended);
}

/* After a stall: what can still go is given the time to. */
static void give_up(struct mrelease* mrelease, struct round* round)
{
  const uint64_t deadline = now_us() + STOP_US;

  mrelease->tally.stalls += round->cut ? 0 : 1;
  stop_all(round);
  while (round->victim && !all_ended(round) && now_us() < deadline) {
    if (!reap(mrelease, round)) {
      wait_event(-1, deadline);
    }
  }
}

static uint64_t oom_kills(const struct cgroup* group)
{
  uint64_t kills = 0;

  cgroup_keyed(group, "memory.events", "oom_kill", &kills);
  return kills;
}

static void settle(struct mrelease* mrelease, const struct round* round)
{
  const uint64_t current = cgroup_settle(round->group);

  if (current > mrelease->tally.current_max_after) {
    mrelease->tally.current_max_after = current;
  }
  cgroup_set(round->group, "memory.max", "max");
}

bool mrelease_round(struct mrelease* mrelease, enum way way)
{
  struct round round = {.way = way,
                        .group = &mrelease->groups[way],
                        .pidfd = -1,
                        .gate = {-1, -1},
                        .ready = {-1, -1},
                        .victim_gate = {-1, -1}};
  struct mrelease_tally* tally = &mrelease->tally;
  const uint64_t before = oom_kills(round.group);
  const uint64_t zeros = atomic_load(&mrelease->released->zero);
  const uint64_t raced = atomic_load(&mrelease->released->raced);
  const bool good = pipe2(round.ready, O_CLOEXEC) == 0 &&
                    pipe2(round.victim_gate, O_CLOEXEC) == 0 &&
                    start_victim(mrelease, &round) && play(mrelease, &round);

  if (!good) {
    give_up(mrelease, &round);
  }
  read_log(mrelease, &round);
  close_pair(round.gate);
  close_pair(round.ready);
  close_pair(round.victim_gate);
  if (round.pidfd >= 0) {
    close(round.pidfd);
  }
  settle(mrelease, &round);
  tally->events += oom_kills(round.group) - before;
  tally->zeros[way] += atomic_load(&mrelease->released->zero) - zeros;
  tally->raced[way] += atomic_load(&mrelease->released->raced) - raced;
  tally->rounds[way] += round.cut ? 0 : 1;
  return good;
}
