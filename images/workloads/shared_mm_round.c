// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/shared_mm_round.h"

#include "workloads/lib/child.h"
#include "workloads/lib/clock.h"
#include "workloads/shared_mm_members.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* A round in which no member ends for so long will not end at all. */
#define STALL_US (30 * US_PER_S)
/* What members that we killed ourselves get to go. */
#define STOP_US (5 * US_PER_S)
/* What the reaper gets, which comes 2 s after a kill, and tries for 1 s. */
#define REAP_US (20 * US_PER_S)
/* Clans kept from exiting: each costs the reaper's 2 s. */
#define HELD_CLANS 2

enum { READ_END, WRITE_END };

/* The pipes of some of a round's clans; -1: closed, or none. */
struct pipes
{
  int gate[2];
  int leave[2];
  int ready[2];
};

static void close_end(int* fd)
{
  if (*fd >= 0) {
    close(*fd);
    *fd = -1;
  }
}

static bool open_pipes(struct pipes* pipes, bool leaves)
{
  memset(pipes, -1, sizeof(*pipes));
  return pipe2(pipes->gate, O_CLOEXEC) == 0 &&
         pipe2(pipes->ready, O_CLOEXEC) == 0 &&
         (!leaves || pipe2(pipes->leave, O_CLOEXEC) == 0);
}

static void close_pipes(struct pipes* pipes)
{
  int i;

  for (i = 0; i < 2; i++) {
    close_end(&pipes->gate[i]);
    close_end(&pipes->leave[i]);
    close_end(&pipes->ready[i]);
  }
}

/* How many of a clan wait at the gate, and take memory. */
static int takers(const struct clan* clan)
{
  return clan->plan.kind == CLAN_VFORK ? 1 : clan->count;
}

/* Starts a clan whose takers take `bytes` each. */
static void start_clan(struct shared* shared,
                       struct round* round,
                       const struct pipes* pipes,
                       const struct clan_plan* like,
                       uint64_t bytes)
{
  struct clan* clan = &round->clans[round->count];
  struct clan_plan* plan = &clan->plan;
  pid_t pid;

  *plan = *like;
  plan->told = &shared->told[round->count];
  memset(plan->told, 0, sizeof(*plan->told));
  plan->seed = shared->run->seed;
  plan->stream = rng_next(&shared->rng);
  rng_seed(&clan->disturbing, plan->seed, plan->stream + (1ULL << 40));
  memcpy(plan->gate, pipes->gate, sizeof(plan->gate));
  memcpy(plan->leave, pipes->leave, sizeof(plan->leave));
  memcpy(plan->ready, pipes->ready, sizeof(plan->ready));
  clan->group = &shared->groups[round->way];
  clan->guarded = pipes->leave[READ_END] >= 0;
  clan->count = 1 + plan->sharers;
  plan->bytes = bytes;
  pid = spawn(clan->group->fd, clan_lead, plan);
  if (pid > 0) {
    clan->members[0].pid = pid;
    shared->tally.processes += (uint64_t)clan->count;
    round->count++;
  }
}

static bool any_clan(const struct clan* clan)
{
  (void)clan;
  return true;
}

static void let_all_go(struct round* round)
{
  int i;

  for (i = 0; i < round->count; i++) {
    if (round->clans[i].seized && !round->clans[i].let_go) {
      clan_let_go(&round->clans[i]);
    }
  }
}

/* Takes in the pids that a clan has told; true once they are all there. */
static bool know_members(struct clan* clan)
{
  bool all = true;
  int i;

  for (i = 1; i < clan->count; i++) {
    clan->members[i].pid = atomic_load(&clan->plan.told->pids[i]);
    all = all && clan->members[i].pid > 0;
  }
  return all;
}

/* Ends all that is left, those not met yet, too. */
static void stop_all(struct round* round)
{
  int i;

  for (i = 0; i < round->count; i++) {
    know_members(&round->clans[i]);
  }
  members_stop(round, any_clan);
  let_all_go(round);
}

/* Time is up, and by far: ends the members that are left. The round counts as
 * cut short, which is no failure: it was making progress. */
static void cut_short(struct shared* shared, struct round* round)
{
  if (!round->cut && now_us() >= shared->cut_us) {
    round->cut = true;
    shared->tally.cut_rounds++;
    stop_all(round);
  }
}

/* Writes to leaders in the midst of their starting others. */
static void disturb(struct shared* shared, struct round* round)
{
  int i;

  for (i = 0; i < round->count; i++) {
    struct clan* clan = &round->clans[i];

    if (clan->plan.kind == CLAN_CLONE &&
        atomic_load(&clan->plan.told->pids[0]) && !know_members(clan)) {
      clan_disturb(shared, clan);
    }
  }
}

/* Waits until `wanted` members have said that they are ready, of which none may
 * end. */
static bool gather(struct shared* shared,
                   struct round* round,
                   const struct pipes* pipes,
                   int wanted)
{
  const int ended = members_ended(round);
  const uint64_t deadline = now_us() + STALL_US;
  char bytes[CLANS_MAX * CLAN_MAX];
  int told = 0;

  while (told < wanted) {
    members_reap(shared, round);
    cut_short(shared, round);
    if (round->cut || members_ended(round) > ended || now_us() >= deadline) {
      return false;
    }
    disturb(shared, round);
    if (wait_event(pipes->ready[READ_END], deadline)) {
      const ssize_t got = read(pipes->ready[READ_END], bytes, sizeof(bytes));

      told += got > 0 ? (int)got : 0;
    }
  }
  return true;
}

/* From the clan `first` on, all have come to the gate: knows who they are, and
 * looks at their oom_score_adj. */
static bool
meet(struct shared* shared, struct round* round, struct pipes* pipes, int first)
{
  int wanted = 0;
  int i;

  for (i = first; i < round->count; i++) {
    wanted += takers(&round->clans[i]);
  }
  if (wanted == 0 || !gather(shared, round, pipes, wanted)) {
    return false;
  }
  for (i = first; i < round->count; i++) {
    if (!know_members(&round->clans[i])) {
      return false;
    }
    clan_check_adj(shared, &round->clans[i]);
  }
  return true;
}

static bool is_overdue(const struct clan* clan)
{
  return clan->overdue_us && clan->ended < clan->count &&
         now_us() >= clan->overdue_us;
}

/* All held clans have been killed and reaped, or the reaper is late. */
static bool holding_ends(const struct round* round)
{
  uint64_t last_us = 0;
  bool all = true;
  int i;

  for (i = 0; i < round->count; i++) {
    const struct clan* clan = &round->clans[i];

    all = all && clan->kill_lines && clan->reaps;
    last_us = clan->seen_us > last_us ? clan->seen_us : last_us;
  }
  return all || (last_us && now_us() >= last_us + REAP_US);
}

static void stop_holding(struct shared* shared, struct round* round)
{
  int i;
  int j;

  for (i = 0; i < round->count; i++) {
    const struct clan* clan = &round->clans[i];
    bool held = false;

    for (j = 0; j < clan->count; j++) {
      held = held || (clan->members[j].held && !clan->members[j].ended);
    }
    shared->tally.held += held ? 1 : 0;
    shared->tally.unreaped += held && clan->kill_lines && !clan->reaps ? 1 : 0;
  }
  let_all_go(round);
}

/* When to look again though nothing happens. */
static uint64_t wake_time(const struct shared* shared,
                          const struct round* round,
                          uint64_t deadline)
{
  uint64_t wake = deadline;
  int i;

  if (!round->cut && shared->cut_us < wake) {
    wake = shared->cut_us;
  }
  for (i = 0; i < round->count; i++) {
    const struct clan* clan = &round->clans[i];

    if (clan->overdue_us && clan->ended < clan->count &&
        clan->overdue_us < wake) {
      wake = clan->overdue_us;
    }
    if (clan->seized && !clan->let_go && clan->kill_lines &&
        clan->seen_us + REAP_US < wake) {
      wake = clan->seen_us + REAP_US;
    }
  }
  return wake;
}

/* Waits until `wanted` processes in all have ended; false when nothing happens
 * for STALL_US. */
static bool await(struct shared* shared, struct round* round, int wanted)
{
  const int log = round->way == WAY_HELD ? shared->kmsg.fd : -1;
  uint64_t deadline = now_us() + STALL_US;

  while (members_ended(round) < wanted) {
    const bool news = members_reap(shared, round);

    members_read_log(shared, round);
    cut_short(shared, round);
    shared->tally.survivors += members_stop(round, is_overdue);
    if (round->clans[0].seized && !round->clans[0].let_go &&
        holding_ends(round)) {
      stop_holding(shared, round);
    }
    if (news) {
      deadline = now_us() + STALL_US;
    } else if (now_us() >= deadline) {
      return false;
    } else {
      wait_event(log, wake_time(shared, round, deadline));
    }
  }
  return true;
}

/* Half of the sharers, not the leader: the group's memory is the mm's owner's
 * (mm->owner), who must stay. */
static bool move_outside(const struct shared* shared, const struct round* round)
{
  int error = 0;
  int i;
  int j;

  for (i = 0; i < round->count; i++) {
    for (j = 1; j < round->clans[i].count && !error; j += 2) {
      error = cgroup_set_number(&shared->outside,
                                "cgroup.procs",
                                (uint64_t)round->clans[i].members[j].pid);
    }
  }
  return error == 0;
}

/* Clans that all run into the limit. */
static bool play_clans(struct shared* shared, struct round* round)
{
  struct clan_plan like = {.kind = CLAN_CLONE, .sharers = shared->sharers};
  struct pipes pipes;
  int clans = shared->procs;
  bool good = open_pipes(&pipes, false);
  int i;

  if (round->way == WAY_VFORK) {
    like.kind = CLAN_VFORK;
    like.sharers = 1;
  } else if (round->way == WAY_HELD && clans > HELD_CLANS) {
    clans = HELD_CLANS;
  }
  for (i = 0; i < clans && good; i++) {
    /* Held ones would end twice for us, as the tracer and as the parent. */
    like.siblings = round->way == WAY_HELD || rng_below(&shared->rng, 2);
    /* Each takes more than there is: one may be done before others begin. */
    start_clan(shared, round, &pipes, &like, shared->limit * 2);
  }
  good = good && meet(shared, round, &pipes, 0);
  good = good && (round->way != WAY_HELD || members_seize(round));
  good = good && (round->way != WAY_OUTSIDE || move_outside(shared, round));
  close_end(&pipes.gate[WRITE_END]);
  good = good && await(shared, round, members_started(round));
  close_pipes(&pipes);
  return good;
}

/* Two clans that nobody may choose, with half of the limit between them. */
static bool
start_guarded(struct shared* shared, struct round* round, struct pipes* pipes)
{
  const struct clan_plan vforked = {.kind = CLAN_VFORK, .sharers = 1};
  const struct clan_plan cloned = {.kind = CLAN_CLONE,
                                   .sharers = shared->sharers};

  start_clan(shared, round, pipes, &vforked, shared->limit / 4);
  start_clan(shared,
             round,
             pipes,
             &cloned,
             shared->limit / 4 / (1 + (uint64_t)shared->sharers));
  if (round->count != 2 || !meet(shared, round, pipes, 0)) {
    return false;
  }
  clan_guard(shared, &round->clans[0]);
  clan_guard(shared, &round->clans[1]);
  close_end(&pipes->gate[WRITE_END]);
  return gather(shared,
                round,
                pipes,
                takers(&round->clans[0]) + takers(&round->clans[1]));
}

/* Processes of their own beside the guarded clans, until none is left. */
static bool
play_killable(struct shared* shared, struct round* round, struct pipes* pipes)
{
  const struct clan_plan alone = {.kind = CLAN_CLONE};
  const int guarded = members_started(round);
  int i;
  bool good;

  for (i = 0; i < shared->procs && round->count < CLANS_MAX; i++) {
    start_clan(shared, round, pipes, &alone, shared->limit * 2);
  }
  good = meet(shared, round, pipes, 2);
  close_end(&pipes->gate[WRITE_END]);
  return good && await(shared, round, members_started(round) - guarded);
}

static bool play_unkillable(struct shared* shared, struct round* round)
{
  struct pipes guarded;
  struct pipes killable;
  bool good =
      open_pipes(&guarded, true) && start_guarded(shared, round, &guarded);

  /* Not before: the guarded would have its gate's write end, too. */
  good = open_pipes(&killable, false) && good;
  good = good && play_killable(shared, round, &killable);
  close_pipes(&killable);
  close_end(&guarded.leave[WRITE_END]);
  good = good && await(shared, round, members_started(round));
  close_pipes(&guarded);
  return good;
}

/* After a stall: what can still go is given the time to. */
static void give_up(struct shared* shared, struct round* round)
{
  const uint64_t deadline = now_us() + STOP_US;

  shared->tally.stalls += round->cut ? 0 : 1;
  stop_all(round);
  while (members_ended(round) < members_started(round) && now_us() < deadline) {
    if (!members_reap(shared, round)) {
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

bool shared_round(struct shared* shared, enum way way)
{
  static struct round round;
  const struct cgroup* group = &shared->groups[way];
  const uint64_t before = oom_kills(group);
  uint64_t current;
  bool good;

  memset(&round, 0, sizeof(round));
  round.way = way;
  if (cgroup_set_number(group, "memory.max", shared->limit) < 0) {
    return false;
  }
  good = way == WAY_UNKILLABLE ? play_unkillable(shared, &round)
                               : play_clans(shared, &round);
  if (!good) {
    give_up(shared, &round);
  }
  members_finish(shared, &round);
  current = cgroup_settle(group);
  if (current > shared->tally.current_max_after) {
    shared->tally.current_max_after = current;
  }
  shared->tally.events += oom_kills(group) - before;
  shared->tally.rounds[way] += round.cut ? 0 : 1;
  return good;
}
