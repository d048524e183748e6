// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/shared_mm_members.h"

#include "workloads/lib/clock.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

/* What sharers get to die once the victim has. */
#define OVERDUE_US (10 * US_PER_S)

int members_started(const struct round* round)
{
  int count = 0;
  int i;

  for (i = 0; i < round->count; i++) {
    count += round->clans[i].count;
  }
  return count;
}

int members_ended(const struct round* round)
{
  int count = 0;
  int i;

  for (i = 0; i < round->count; i++) {
    count += round->clans[i].ended;
  }
  return count;
}

static struct sharer_state*
find(struct round* round, pid_t pid, struct clan** clan)
{
  int i;
  int j;

  for (i = 0; i < round->count; i++) {
    for (j = 0; j < round->clans[i].count; j++) {
      if (round->clans[i].members[j].pid == pid) {
        *clan = &round->clans[i];
        return &round->clans[i].members[j];
      }
    }
  }
  return NULL;
}

/* The first kill of an mm. */
static void take_victim(struct shared* shared,
                        struct clan* clan,
                        const struct sharer_state* member,
                        const struct kmsg_record* record)
{
  clan->victim = member->pid;
  clan->killed.known = record->time_known;
  clan->killed.us = record->time_us;
  clan->seen_us = now_us();
  if (clan->guarded) {
    shared->tally.unkillable++;
  } else if (clan->plan.kind == CLAN_VFORK && member != &clan->members[0]) {
    shared->tally.vforked++;
  }
}

/* A further kill of an mm: memory.oom.group makes one for each process. Once
 * the reaper has been there, the kernel may take the mm for one that it has not
 * chosen yet: it looks for a victim, the reaper marks the mm as done, and what
 * was found looks like one that won't free memory (mm/oom_kill.c,
 * task_will_free_mem). Otherwise a sharer went on when the victim died. */
static void
take_later(struct shared* shared, const struct round* round, struct clan* clan)
{
  if (round->way != WAY_GROUP && clan->reaps == 0) {
    shared->tally.later_kills++;
  }
}

static void take_kill(struct shared* shared,
                      struct round* round,
                      const struct kmsg_record* record,
                      pid_t pid)
{
  struct shared_tally* tally = &shared->tally;
  struct clan* clan;
  struct sharer_state* member = find(round, pid, &clan);

  if (!member) {
    foreign_kill(&tally->foreign, record);
    return;
  }
  tally->kills[round->way]++;
  if (clan->kill_lines++ == 0) {
    take_victim(shared, clan, member, record);
    return; /* its `# kill` comes with its time, once all are gone */
  }
  ktap_fact(
      &shared->run->ktap, "kill", "pid=%d group=%s", pid, clan->group->name);
  take_later(shared, round, clan);
}

static void take_reap(struct shared* shared, struct round* round, pid_t pid)
{
  struct clan* clan;

  if (find(round, pid, &clan)) {
    shared->tally.reaps++;
    shared->tally.again += clan->reaps++ ? 1 : 0;
  }
}

void members_read_log(struct shared* shared, struct round* round)
{
  struct kmsg_record record;
  pid_t pid;

  while (kmsg_next(&shared->kmsg, &record)) {
    if (kmsg_is_oom_kill(&record, &pid)) {
      take_kill(shared, round, &record, pid);
    } else if (kmsg_is_reap(&record, &pid)) {
      take_reap(shared, round, pid);
    }
  }
}

/* Once all of a clan are gone: only then its memory is. */
static void print_clan_kill(struct shared* shared, const struct clan* clan)
{
  const struct kill_time unknown = {.known = false};

  if (clan->kill_lines > 0) {
    print_kill(&shared->run->ktap,
               clan->victim,
               clan->group->name,
               clan->seized ? &unknown : &clan->killed,
               now_us());
  }
}

void members_finish(struct shared* shared, struct round* round)
{
  int i;

  members_read_log(shared, round);
  for (i = 0; i < round->count; i++) {
    const struct clan* clan = &round->clans[i];

    if (clan->kill_lines && clan->ended < clan->count) {
      ktap_fact(&shared->run->ktap,
                "kill",
                "pid=%d group=%s",
                clan->victim,
                clan->group->name);
    }
  }
}

static void count_end(struct shared* shared,
                      struct clan* clan,
                      const struct sharer_state* member,
                      int status)
{
  struct shared_tally* tally = &shared->tally;

  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    tally->killed += member->stopped ? 0 : 1;
    tally->lost += clan->guarded && !member->stopped ? 1 : 0;
  } else if (clan->guarded && WIFEXITED(status) &&
             WEXITSTATUS(status) == CLAN_LEFT) {
    tally->guarded++;
  } else {
    odd_end(&tally->odd_ends, status);
  }
}

static void take_end(struct shared* shared,
                     struct clan* clan,
                     struct sharer_state* member,
                     int status)
{
  member->ended = true;
  clan->ended++;
  count_end(shared, clan, member, status);
  if (member->pid == clan->victim) {
    clan->overdue_us = now_us() + OVERDUE_US;
  }
  if (clan->ended == clan->count) {
    print_clan_kill(shared, clan);
  }
}

/* A stop that is none on the way out is passed on with its signal. */
static void
take_stop(struct clan* clan, struct sharer_state* member, int status)
{
  if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
    member->held = true;
    if (!clan->let_go) {
      return;
    }
  }
  ptrace(PTRACE_CONT,
         member->pid,
         NULL,
         member->held ? 0L : (long)WSTOPSIG(status));
}

static void
take_child(struct shared* shared, struct round* round, pid_t pid, int status)
{
  struct clan* clan;
  struct sharer_state* member = find(round, pid, &clan);

  if (!member || member->ended) {
    if (!WIFSTOPPED(status)) {
      bystander_ended(&shared->bystanders, pid);
    }
  } else if (WIFSTOPPED(status)) {
    take_stop(clan, member, status);
  } else {
    take_end(shared, clan, member, status);
  }
}

bool members_reap(struct shared* shared, struct round* round)
{
  bool any = false;
  int status;
  pid_t pid;

  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    any = true;
    /* The kill is logged before the victim may go on to exit. */
    members_read_log(shared, round);
    take_child(shared, round, pid, status);
  }
  return any;
}

uint64_t members_stop(struct round* round, bool (*which)(const struct clan*))
{
  uint64_t stopped = 0;
  int i;
  int j;

  for (i = 0; i < round->count; i++) {
    struct clan* clan = &round->clans[i];

    for (j = 0; which(clan) && j < clan->count; j++) {
      struct sharer_state* member = &clan->members[j];

      if (!member->ended && !member->stopped && member->pid > 0) {
        member->stopped = true;
        kill(member->pid, SIGKILL);
        stopped++;
      }
    }
  }
  return stopped;
}

bool members_seize(struct round* round)
{
  int i;
  int j;

  for (i = 0; i < round->count; i++) {
    for (j = 0; j < round->clans[i].count; j++) {
      if (ptrace(PTRACE_SEIZE,
                 round->clans[i].members[j].pid,
                 NULL,
                 PTRACE_O_TRACEEXIT) < 0) {
        return false;
      }
    }
    round->clans[i].seized = true;
  }
  return true;
}

void clan_let_go(struct clan* clan)
{
  int i;

  clan->let_go = true;
  for (i = 0; i < clan->count; i++) {
    if (clan->members[i].held && !clan->members[i].ended) {
      ptrace(PTRACE_CONT, clan->members[i].pid, NULL, NULL);
    }
  }
}
