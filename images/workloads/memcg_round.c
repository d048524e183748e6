// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/memcg_round.h"

#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/memcg_eater.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A round in which no member ends for so long will not end at all. */
#define STALL_US (30 * US_PER_S)
/* What members that we killed ourselves get to go. */
#define STOP_US (5 * US_PER_S)

struct member
{
  pid_t pid;
  const struct cgroup* group;
  unsigned kill_lines;     /* "Killed process" in the log */
  struct kill_time killed; /* when the first of them was logged */
  bool stopped;            /* we killed it */
  bool ended;
};

/* A helper that lowers memory.max: the write may take as long as the kill. */
struct limiter
{
  const struct cgroup* group;
  uint64_t steps[2];
  pid_t pid;
};

struct round
{
  enum variant variant;
  const struct cgroup* group;
  struct member members[MEMBERS_MAX];
  int started;
  int ended;
  bool cut; /* ended by us, since the time was up */
  int gate[2];
  int ready[2];
  struct limiter limiter;
};

static struct member* find_member(struct round* round, pid_t pid)
{
  int i;

  for (i = 0; i < round->started; i++) {
    if (round->members[i].pid == pid) {
      return &round->members[i];
    }
  }
  return NULL;
}

/* The member that "Killed process PID" names. With memory.oom.group, a victim
 * whose leader is gone while another thread still has its memory is killed once
 * more, under that thread's id: it gets a `# kill` line of its own, so that the
 * host knows it. */
static struct member*
find_victim(struct memcg* memcg, struct round* round, pid_t pid)
{
  struct member* member = find_member(round, pid);

  if (!member && memcg->kind->process_of) {
    member = find_member(round, memcg->kind->process_of(pid));
    if (member) {
      ktap_fact(&memcg->run->ktap,
                "kill",
                "pid=%d group=%s",
                pid,
                member->group->name);
    }
  }
  return member;
}

static void read_log(struct memcg* memcg, struct round* round)
{
  struct kmsg_record record;
  struct member* member;
  pid_t pid;

  while (kmsg_next(&memcg->kmsg, &record)) {
    if (!kmsg_is_oom_kill(&record, &pid)) {
      continue;
    }
    member = find_victim(memcg, round, pid);
    if (!member) {
      foreign_kill(&memcg->tally.foreign, &record);
    } else if (member->kill_lines++ == 0) {
      member->killed.known = record.time_known;
      member->killed.us = record.time_us;
    } else if (member->pid == pid) {
      memcg->tally.repeats++;
    } else {
      memcg->tally.thread_repeats++;
    }
  }
}

static void count_end(struct memcg* memcg,
                      struct round* round,
                      struct member* member,
                      int status,
                      uint64_t end_us)
{
  struct tally* tally = &memcg->tally;

  member->ended = true;
  round->ended++;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    if (member->stopped && !member->kill_lines) {
      return;
    }
    tally->children_killed++;
    tally->kills[round->variant]++;
    tally->unlogged += member->kill_lines ? 0 : 1;
    print_kill(&memcg->run->ktap,
               member->pid,
               member->group->name,
               &member->killed,
               end_us);
  } else {
    odd_end(&tally->odd_ends, status);
  }
}

/* Takes in every child that has ended by now; true when one did. */
static bool reap(struct memcg* memcg, struct round* round)
{
  bool any = false;
  int status;
  pid_t pid;

  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    const uint64_t end_us = now_us();
    struct member* member = find_member(round, pid);

    any = true;
    /* The kill is logged before the victim may go on to exit. */
    read_log(memcg, round);
    if (member && !member->ended) {
      count_end(memcg, round, member, status, end_us);
    } else if (pid == round->limiter.pid) {
      round->limiter.pid = 0;
    } else {
      bystander_ended(&memcg->bystanders, pid);
    }
  }
  return any;
}

/* Kills what the OOM killer has left; gives how many there were. */
static uint64_t stop_members(struct round* round)
{
  uint64_t stopped = 0;
  int i;

  for (i = 0; i < round->started; i++) {
    struct member* member = &round->members[i];

    if (!member->ended && !member->kill_lines) {
      member->stopped = true;
      kill(member->pid, SIGKILL);
      stopped++;
    }
  }
  return stopped;
}

/* When to look again though nothing happens. */
static uint64_t wake_time(const struct memcg* memcg,
                          const struct round* round,
                          uint64_t deadline)
{
  return !round->cut && memcg->cut_us < deadline ? memcg->cut_us : deadline;
}

/* Time is up, and by far: ends the members that are left. The round counts as
 * cut short, which is no failure: it was making progress. */
static void cut_short(struct memcg* memcg, struct round* round)
{
  if (!round->cut && now_us() >= memcg->cut_us) {
    round->cut = true;
    memcg->tally.cut_rounds++;
    stop_members(round);
  }
}

/* Waits until `wanted` members have ended, or said on `fd` (-1: none) that
 * they are ready; false when nothing happens for STALL_US. */
static bool await(struct memcg* memcg, struct round* round, int wanted, int fd)
{
  uint64_t deadline = now_us() + STALL_US;
  char bytes[MEMBERS_MAX];
  int told = 0;

  while (round->ended + told < wanted) {
    bool news = reap(memcg, round);

    cut_short(memcg, round);
    if (!news && wait_event(fd, wake_time(memcg, round, deadline))) {
      const ssize_t got = read(fd, bytes, sizeof(bytes));

      told += got > 0 ? (int)got : 0;
      news = got > 0;
    }
    if (news) {
      deadline = now_us() + STALL_US;
    } else if (now_us() >= deadline) {
      return false;
    }
  }
  return true;
}

/* After a stall: what can still go is given the time to. */
static void await_stopped(struct memcg* memcg, struct round* round)
{
  const uint64_t deadline = now_us() + STOP_US;

  while (round->ended < round->started && now_us() < deadline) {
    if (!reap(memcg, round)) {
      wait_event(-1, deadline);
    }
  }
}

static int lower_limit(void* argument)
{
  const struct limiter* limiter = argument;
  int i;

  for (i = 0; i < 2; i++) {
    if (cgroup_set_number(limiter->group, "memory.max", limiter->steps[i]) <
        0) {
      return 1;
    }
  }
  return 0;
}

/* What each member holds before its group's limit is lowered. */
static uint64_t held_bytes(const struct memcg* memcg)
{
  return memcg->limit / 4 * 3 / (uint64_t)memcg->procs;
}

/* Lowers the limit in two steps, below what the last member holds. */
static bool lower(struct memcg* memcg, struct round* round)
{
  struct limiter* limiter = &round->limiter;
  uint64_t deadline;

  if (!await(memcg, round, round->started, round->ready[0])) {
    return false;
  }
  limiter->group = round->group;
  limiter->steps[0] =
      rng_between(&memcg->rng, held_bytes(memcg), memcg->limit / 2);
  limiter->steps[1] = held_bytes(memcg) / 2;
  limiter->pid = spawn(-1, lower_limit, limiter);
  if (limiter->pid < 0) {
    limiter->pid = 0;
    return false;
  }
  deadline = now_us() + STALL_US;
  while (limiter->pid) {
    const bool news = reap(memcg, round);

    cut_short(memcg, round);
    if (news) {
      deadline = now_us() + STALL_US;
    } else if (now_us() >= deadline) {
      kill(limiter->pid, SIGKILL);
      return false;
    } else {
      wait_event(-1, wake_time(memcg, round, deadline));
    }
  }
  read_log(memcg, round);
  if (!round->cut) {
    memcg->tally.survivors += stop_members(round);
  }
  return true;
}

static const struct cgroup*
home_of(const struct memcg* memcg, const struct round* round, int index)
{
  return round->variant == VARIANT_NESTED ? &memcg->leaves[index % 2]
                                          : round->group;
}

static void start_members(struct memcg* memcg, struct round* round)
{
  struct eater eater = {.seed = memcg->run->seed,
                        .bytes = memcg->limit * 2,
                        .gate = {round->gate[0], round->gate[1]},
                        .ready = -1};
  int i;

  if (round->variant == VARIANT_LOWER) {
    eater.bytes = held_bytes(memcg);
    eater.ready = round->ready[1];
  }
  for (i = 0; i < memcg->procs; i++) {
    struct member* member = &round->members[round->started];

    eater.stream = rng_next(&memcg->rng);
    eater.index = i;
    member->group = home_of(memcg, round, i);
    member->pid = spawn(member->group->fd, memcg->kind->member, &eater);
    if (member->pid > 0) {
      round->started++;
      memcg->tally.children++;
    }
  }
}

/* Waits for memory.current to fall back, and keeps the worst of it. */
static void settle(struct memcg* memcg, const struct cgroup* group)
{
  const uint64_t current = cgroup_settle(group);

  if (current > memcg->tally.current_max_after) {
    memcg->tally.current_max_after = current;
  }
}

static void
read_events(const struct cgroup* group, uint64_t* kills, uint64_t* group_kills)
{
  *kills = 0;
  *group_kills = 0;
  cgroup_keyed(group, "memory.events", "oom_kill", kills);
  cgroup_keyed(group, "memory.events", "oom_group_kill", group_kills);
}

/* From the opened gate to the end of the last member. */
static bool play(struct memcg* memcg, struct round* round)
{
  bool ended = true;

  close(round->gate[1]);
  round->gate[1] = -1;
  if (round->variant == VARIANT_LOWER) {
    ended = lower(memcg, round);
  }
  ended = ended && await(memcg, round, round->started, -1);
  if (!ended) {
    memcg->tally.stalls++;
    stop_members(round);
    await_stopped(memcg, round);
  }
  read_log(memcg, round);
  return ended;
}

bool memcg_round(struct memcg* memcg, enum variant variant)
{
  struct round round = {.variant = variant,
                        .group = &memcg->groups[variant],
                        .gate = {-1, -1},
                        .ready = {-1, -1}};
  struct tally* tally = &memcg->tally;
  uint64_t before[2];
  uint64_t after[2];
  bool good = false;

  if (memcg->kind->before && !memcg->kind->before(memcg->run)) {
    return false;
  }
  read_events(round.group, &before[0], &before[1]);
  if (cgroup_set_number(round.group, "memory.max", memcg->limit) == 0 &&
      pipe2(round.gate, O_CLOEXEC) == 0 && pipe2(round.ready, O_CLOEXEC) == 0) {
    start_members(memcg, &round);
    good = play(memcg, &round) && round.started > 0;
  }
  close_pair(round.gate);
  close_pair(round.ready);
  if (memcg->kind->after) {
    memcg->kind->after(memcg->run);
  }
  settle(memcg, round.group);
  read_events(round.group, &after[0], &after[1]);
  tally->events += after[0] - before[0];
  tally->group_events += after[1] - before[1];
  tally->rounds[variant]++;
  return good;
}
