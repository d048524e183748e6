// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/global_round.h"

#include "workloads/lib/child.h"
#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/lib/meminfo.h"
#include "workloads/memcg_eater.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Nobody takes a page or ends for so long: it will not go on at all. */
#define STALL_US (30 * US_PER_S)
/* What members that we killed ourselves get to go. */
#define STOP_US (5 * US_PER_S)
/* What memory gets to be free again. */
#define SETTLE_US (5 * US_PER_S)
#define STORM_ADJ_MAX 300

struct member
{
  pid_t pid;
  struct plan plan;
  unsigned kill_lines;     /* "Killed process" in the log */
  struct kill_time killed; /* when the first of them was logged */
  bool stopped;            /* we killed it */
  bool ended;
};

struct round
{
  enum global_variant variant;
  struct member members[EATERS_MAX]; /* in GLOBAL_ORDER: the worst first */
  int started;
  int ended;
  int ready;        /* members that hold what they were told to */
  int killed;       /* members that were killed, by the log */
  bool order_known; /* all of them stand still, and hold what was drawn */
  bool cut;
  int gate[2];
  int said[2]; /* a pipe: members' readiness, the taker's answers */
  struct global_taker taker;
  pid_t taker_pid; /* 0: none */
  bool taker_stopped;
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

/* The kill that came was to be of the worst member that is left. */
static void out_of_order(struct global* global,
                         struct round* round,
                         pid_t pid,
                         const char* who)
{
  struct global_tally* tally = &global->tally;
  const struct member* worst = NULL;
  int i;

  for (i = 0; i < round->started && !worst; i++) {
    if (!round->members[i].kill_lines && !round->members[i].ended) {
      worst = &round->members[i];
    }
  }
  if (tally->out_of_order++ == 0) {
    snprintf(tally->first_out_of_order,
             sizeof(tally->first_out_of_order),
             "%s %d was killed before %d, with %llu bytes and oom_score_adj %d",
             who,
             pid,
             worst ? worst->pid : 0,
             (unsigned long long)(worst ? worst->plan.bytes : 0),
             worst ? worst->plan.adj : 0);
  }
}

static void check_order(struct global* global,
                        struct round* round,
                        const struct member* member)
{
  const struct member* other;

  if (!round->order_known) {
    return;
  }
  global->tally.ordered++;
  for (other = round->members; other < member; other++) {
    if (!other->kill_lines && !other->ended) {
      char who[100];

      snprintf(who,
               sizeof(who),
               "member with %llu bytes and oom_score_adj %d,",
               (unsigned long long)member->plan.bytes,
               member->plan.adj);
      out_of_order(global, round, member->pid, who);
      return;
    }
  }
}

/* A kill of a process of ours that is no member. */
static bool is_our_own(struct global* global, struct round* round, pid_t pid)
{
  if (pid == global->rock) {
    global->tally.rock_kills++;
  } else if (pid == round->taker_pid) {
    out_of_order(global, round, pid, "the taker, oom_score_adj -999,");
    round->taker_stopped = true;
  } else {
    return false;
  }
  global->tally.kills[round->variant]++;
  global->tally.children_killed++;
  ktap_fact(&global->run->ktap, "kill", "pid=%d group=/", pid);
  return true;
}

static void read_log(struct global* global, struct round* round)
{
  struct kmsg_record record;
  struct member* member;
  pid_t pid;

  while (kmsg_next(&global->kmsg, &record)) {
    struct global_tally* tally = &global->tally;

    if (!kmsg_is_oom_kill(&record, &pid)) {
      continue;
    }
    member = find_member(round, pid);
    if (!member) {
      if (!is_our_own(global, round, pid)) {
        foreign_kill(&tally->foreign, &record);
      }
    } else if (member->kill_lines++ == 0) {
      check_order(global, round, member);
      round->killed++;
      member->killed.known = record.time_known;
      member->killed.us = record.time_us;
    } else {
      tally->repeats++;
    }
  }
}

static void count_end(struct global* global,
                      struct round* round,
                      struct member* member,
                      int status,
                      uint64_t end_us)
{
  struct global_tally* tally = &global->tally;

  member->ended = true;
  round->ended++;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    if (member->stopped && !member->kill_lines) {
      return;
    }
    tally->children_killed++;
    tally->kills[round->variant]++;
    tally->unlogged += member->kill_lines ? 0 : 1;
    print_kill(&global->run->ktap, member->pid, "/", &member->killed, end_us);
  } else {
    odd_end(&tally->odd_ends, status);
  }
}

static void
take_end(struct global* global, struct round* round, pid_t pid, int status)
{
  struct member* member = find_member(round, pid);

  if (member && !member->ended) {
    count_end(global, round, member, status, now_us());
  } else if (pid == round->taker_pid) {
    round->taker_pid = 0;
    if (!round->taker_stopped) {
      odd_end(&global->tally.odd_ends, status);
    }
  } else if (pid == global->rock) {
    global->rock_ended = true;
    global->rock_status = status;
  } else {
    bystander_ended(&global->bystanders, pid);
  }
}

/* Takes in every child that has ended by now; true when one did. */
static bool reap(struct global* global, struct round* round)
{
  bool any = false;
  int status;
  pid_t pid;

  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    any = true;
    /* The kill is logged before the victim may go on to exit. */
    read_log(global, round);
    take_end(global, round, pid, status);
  }
  return any;
}

/* Ends the members that the OOM killer has left, and the taker. */
static void stop_members(struct round* round)
{
  int i;

  if (round->taker_pid) { /* first: it may be who needs the memory */
    round->taker_stopped = true;
    kill(round->taker_pid, SIGKILL);
  }
  for (i = 0; i < round->started; i++) {
    struct member* member = &round->members[i];

    if (!member->ended && !member->kill_lines) {
      member->stopped = true;
      kill(member->pid, SIGKILL);
    }
  }
}

/* Time is up, and by far: no failure, since the round was making progress. */
static void cut_short(struct global* global, struct round* round)
{
  if (!round->cut && now_us() >= global->cut_us) {
    round->cut = true;
    global->tally.cut_rounds++;
    stop_members(round);
  }
}

/* What a step of a round waits for. */
typedef bool (*reached_function)(const struct round* round);

static bool all_ready(const struct round* round)
{
  return round->ready + round->ended >= round->started;
}

static bool all_ended(const struct round* round)
{
  return round->ended == round->started && !round->taker_pid;
}

/* The taker has what was granted, or is gone, and nobody is on its way out. */
static bool grant_taken(const struct round* round)
{
  int i;

  for (i = 0; i < round->started; i++) {
    if (round->members[i].kill_lines && !round->members[i].ended) {
      return false;
    }
  }
  return round->ready > 0 || !round->taker_pid;
}

/* Waits; false when nothing happens for STALL_US. A round that is cut short
 * goes on until all have ended. */
static bool
await(struct global* global, struct round* round, reached_function reached)
{
  const _Atomic uint64_t* touched = &global->told->touched;
  uint64_t deadline = now_us() + STALL_US;
  uint64_t before = atomic_load(touched);
  char bytes[EATERS_MAX];

  for (;;) {
    bool news = reap(global, round);
    const uint64_t now = now_us();

    read_log(global, round);
    cut_short(global, round);
    if (round->cut ? all_ended(round) : reached(round)) {
      return true;
    }
    if (!news &&
        wait_event(round->said[0],
                   round->cut || global->cut_us > deadline ? deadline
                                                           : global->cut_us)) {
      const ssize_t got = read(round->said[0], bytes, sizeof(bytes));

      round->ready += got > 0 ? (int)got : 0;
      news = got > 0;
    }
    if (news || atomic_load(touched) != before) {
      before = atomic_load(touched);
      deadline = now_us() + STALL_US;
    } else if (now >= deadline) {
      return false;
    }
  }
}

/* After a stall: what can still go is given the time to. */
static void await_stopped(struct global* global, struct round* round)
{
  const uint64_t deadline = now_us() + STOP_US;

  while (!all_ended(round) && now_us() < deadline) {
    if (!reap(global, round)) {
      wait_event(-1, deadline);
    }
  }
}

static void plan_storm(struct rng* rng,
                       const struct space* space,
                       int count,
                       struct plan* plans)
{
  int i;

  for (i = 0; i < count; i++) {
    plans[i].bytes = 2 * space->room;
    plans[i].adj =
        rng_below(rng, 2) ? (int)rng_below(rng, STORM_ADJ_MAX + 1) : 0;
  }
}

/* In an order of their own: who started first must not tell who is worst. */
static void start_members(struct global* global, struct round* round)
{
  struct global_eater eater = {.told = global->told,
                               .seed = global->run->seed,
                               .page = global->space.page,
                               .gate = {round->gate[0], round->gate[1]},
                               .ready = round->said[1]};
  struct plan plans[EATERS_MAX];
  int order[EATERS_MAX];
  int i;

  if (round->variant == GLOBAL_ORDER) {
    plan_draw(&global->rng, &global->space, global->procs, plans);
  } else {
    plan_storm(&global->rng, &global->space, global->procs, plans);
  }
  for (i = 0; i < global->procs; i++) {
    order[i] = i;
    round->members[i].plan = plans[i];
  }
  rng_shuffle(&global->rng, order, global->procs);
  for (i = 0; i < global->procs; i++) {
    struct member* member = &round->members[order[i]];

    eater.stream = rng_next(&global->rng);
    eater.bytes = member->plan.bytes;
    eater.adj = member->plan.adj;
    member->pid = spawn(-1, global_eat, &eater);
    if (member->pid > 0) {
      global->tally.children++;
    } else {
      member->ended = true;
      round->ended++;
    }
  }
  round->started = global->procs;
}

/* The sum of "count:" in /proc/zoneinfo: free pages in the lists of CPUs. */
static uint64_t pages_of_cpus(void)
{
  uint64_t pages = 0;
  char line[256];
  FILE* file = fopen("/proc/zoneinfo", "re");

  while (file && fgets(line, sizeof(line), file)) {
    unsigned long long count;

    if (sscanf(line, " count: %llu", &count) == 1) {
      pages += count;
    }
  }
  if (file) {
    fclose(file);
  }
  return pages;
}

uint64_t global_available(void)
{
  const uint64_t kib = meminfo_kib("MemAvailable");

  return kib == UINT64_MAX
             ? 0
             : kib * 1024 + pages_of_cpus() * (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool start_taker(struct global* global, struct round* round)
{
  struct global_taker* taker = &round->taker;

  taker->told = global->told;
  taker->page = global->space.page;
  taker->span = global->space.total;
  taker->answers[0] = round->said[0];
  taker->answers[1] = round->said[1];
  if (pipe2(taker->grants, O_CLOEXEC) < 0) {
    taker->grants[0] = taker->grants[1] = -1;
    return false;
  }
  round->taker_pid = spawn(-1, global_take, taker);
  if (round->taker_pid < 0) {
    round->taker_pid = 0;
  }
  return round->taker_pid > 0;
}

static uint64_t smallest_left(const struct round* round)
{
  uint64_t least = UINT64_MAX;
  int i;

  for (i = 0; i < round->started; i++) {
    const struct member* member = &round->members[i];

    if (!member->ended && member->plan.bytes < least) {
      least = member->plan.bytes;
    }
  }
  return least;
}

/* What the taker may have next: at first what is surely free, then little by
 * little, so that one kill is enough for what is over. How much is free can't
 * be told to some tens of MiB: lists of CPUs, reserves, caches. */
static uint64_t next_grant(const struct global* global,
                           const struct round* round)
{
  const uint64_t available = global_available();
  const uint64_t unsure = global->space.room / 2;
  const uint64_t step = smallest_left(round) / 16;

  if (available > unsure + step) {
    return available - unsure;
  }
  return step > global->space.page ? step : global->space.page;
}

/* Lets the taker have all that is free and a little more, again and again,
 * until one eater is left, who is there for a mistake in that. */
static bool take_all(struct global* global, struct round* round)
{
  uint64_t granted = 0;

  while (!round->cut && round->taker_pid &&
         round->killed < round->started - 1) {
    const uint64_t grant = next_grant(global, round);

    granted += grant;
    if (granted > round->taker.span) {
      return false; /* that much can't be had: nobody was killed for it */
    }
    round->ready = 0;
    if (write(round->taker.grants[1], &grant, sizeof(grant)) != sizeof(grant) ||
        !await(global, round, grant_taken)) {
      return false;
    }
  }
  return true;
}

static bool play_order(struct global* global, struct round* round)
{
  bool good;

  if (!await(global, round, all_ready)) {
    return false;
  }
  if (round->cut) {
    return true;
  }
  /* a member killed too early, or lines lost: the order can't be known */
  round->order_known = round->ended == 0 && global->kmsg.lost == 0;
  round->ready = 0;
  good = start_taker(global, round) && take_all(global, round);
  stop_members(round);
  return good;
}

/* From the opened gate to the end of the last member. */
static bool play(struct global* global, struct round* round)
{
  bool good = true;

  close(round->gate[1]);
  round->gate[1] = -1;
  if (round->variant == GLOBAL_ORDER) {
    good = play_order(global, round);
  }
  good = good && await(global, round, all_ended);
  if (!good) {
    global->tally.stalls++;
    stop_members(round);
    await_stopped(global, round);
  }
  read_log(global, round);
  return good;
}

/* Waits for memory to be free again. */
static void settle(struct global* global)
{
  const uint64_t deadline = now_us() + SETTLE_US;
  uint64_t available = global_available();

  while (available + global->slack < global->available && now_us() < deadline) {
    nap_us(10 * US_PER_MS);
    available = global_available();
  }
  if (available < global->tally.available_least) {
    global->tally.available_least = available;
  }
}

bool global_round(struct global* global, enum global_variant variant)
{
  struct round round = {.variant = variant,
                        .gate = {-1, -1},
                        .said = {-1, -1},
                        .taker = {.grants = {-1, -1}}};
  bool good = false;

  if (pipe2(round.gate, O_CLOEXEC) == 0 && pipe2(round.said, O_CLOEXEC) == 0) {
    start_members(global, &round);
    good = play(global, &round) && !global->rock_ended;
  }
  close_pair(round.gate);
  close_pair(round.said);
  close_pair(round.taker.grants);
  settle(global);
  global->tally.rounds[variant]++;
  return good;
}

int global_start_rock(struct global* global, uint64_t bytes)
{
  struct round round = {
      .said = {-1, -1}, .members = {{.ended = true}}, .started = 1};
  struct global_rock rock = {
      .told = global->told, .page = global->space.page, .bytes = bytes};
  bool ready;

  if (pipe2(round.said, O_CLOEXEC) < 0) {
    return -errno;
  }
  rock.ready = round.said[1];
  global->rock = spawn(-1, global_be_rock, &rock);
  ready = global->rock > 0 && await(global, &round, all_ready) &&
          !global->rock_ended;
  close_pair(round.said);
  return ready ? 0 : global->rock < 0 ? global->rock : -ETIMEDOUT;
}

bool global_end_rock(struct global* global)
{
  struct round round = {.said = {-1, -1}};
  uint64_t deadline = now_us() + STALL_US;
  const bool lived = !global->rock_ended;

  if (lived) {
    kill(global->rock, SIGTERM);
  }
  while (!global->rock_ended && now_us() < deadline) {
    if (!reap(global, &round)) {
      wait_event(-1, deadline);
    }
  }
  return lived && global->rock_ended && WIFEXITED(global->rock_status) &&
         WEXITSTATUS(global->rock_status) == 0;
}
