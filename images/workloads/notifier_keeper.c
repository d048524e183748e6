// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/notifier_keeper.h"

#include "workloads/lib/child.h"
#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/lib/kmsg.h"
#include "workloads/notifier_mirror.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ASK_US (5 * US_PER_S)
/* A stop without a kill in the log is no OOM kill. */
#define UNKILLED_US (1 * US_PER_S)
/* The reaper starts 2 s after the kill, and gives up after ten tries in the
 * second that follows: it is met busy by the first two or three of them. */
#define BUSY_FROM_US (1900 * US_PER_MS)
#define BUSY_TO_US (2200 * US_PER_MS)
#define HOLD_US (15 * US_PER_S)
#define TICK_US (20 * US_PER_MS)

/* A member that is traced. */
struct victim
{
  struct keeper_slot* slot; /* NULL: no one */
  pid_t pid;
  int mirror;   /* our own file of its device, or -1 */
  bool grouped; /* it dies with its whole group: others die with it */
  bool stopped;
  uint64_t stopped_us;
  bool killed; /* by the OOM killer, as the log says */
  uint64_t killed_us;
  bool reaped; /* the same of the reaper */
  uint64_t reaped_us;
  uint64_t lost; /* of the log, when we took it on */
};

struct keeping
{
  struct keeper* keeper;
  struct keeper_tally* tally;
  struct kmsg kmsg;
  struct victim victims[KEEPER_SLOTS];
  int count; /* of victims that were ever used: the rest is empty */
  char buffer[KEEPER_BYTES];
};

struct keeper_slot* keeper_ask(struct keeper* keeper, int mirror)
{
  const uint64_t deadline = now_us() + ASK_US;
  const unsigned char index =
      (unsigned char)(atomic_fetch_add(&keeper->shared->asked, 1) %
                      KEEPER_SLOTS);
  struct keeper_slot* slot = &keeper->shared->slots[index];

  atomic_store(&slot->held, false);
  atomic_store(&slot->pages, 0);
  slot->mirror = mirror;
  atomic_store(&slot->pid, getpid());
  while (write(keeper->asks[1], &index, 1) < 0 && errno == EINTR) {
  }
  while (!atomic_load(&slot->held) && now_us() < deadline) {
    nap_us(US_PER_MS);
  }
  return atomic_load(&slot->held) ? slot : NULL;
}

/* A copy of a file that another process has open, or -1. */
static int copy_file(pid_t pid, int file)
{
  const int process = (int)syscall(SYS_pidfd_open, pid, 0);
  int copy = -1;

  if (process >= 0) {
    copy = (int)syscall(SYS_pidfd_getfd, process, file, 0);
    close(process);
  }
  return copy;
}

static bool dies_in_group(pid_t pid)
{
  char path[64];
  char text[256];

  snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
  read_text(path, text, sizeof(text));
  return strstr(text, "/group\n") != NULL;
}

static void take_on(struct keeping* keeping, struct keeper_slot* slot)
{
  struct victim* victim = keeping->victims;
  int i;

  for (i = 0; i < keeping->count && victim->slot; i++) {
    victim++;
  }
  if (i == KEEPER_SLOTS) {
    return;
  }
  keeping->count += i == keeping->count ? 1 : 0;
  memset(victim, 0, sizeof(*victim));
  victim->pid = atomic_load(&slot->pid);
  victim->grouped = dies_in_group(victim->pid);
  if (ptrace(PTRACE_SEIZE, victim->pid, NULL, PTRACE_O_TRACEEXIT) < 0) {
    return;
  }
  victim->lost = keeping->kmsg.lost;
  victim->mirror = copy_file(victim->pid, slot->mirror);
  victim->slot = slot;
  atomic_store(&slot->held, true);
}

static struct victim* find_victim(struct keeping* keeping, pid_t pid)
{
  int i;

  for (i = 0; i < keeping->count; i++) {
    if (keeping->victims[i].slot && keeping->victims[i].pid == pid) {
      return &keeping->victims[i];
    }
  }
  return NULL;
}

static void forget(struct victim* victim)
{
  if (victim->mirror >= 0) {
    close(victim->mirror);
  }
  victim->slot = NULL;
}

/* Stops and ends of traced members. One that ends here went on without us: its
 * parent is told only once we have asked for it. */
static void see_changes(struct keeping* keeping)
{
  struct victim* victim;
  int status;
  pid_t pid;

  while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
    victim = find_victim(keeping, pid);
    if (!victim) {
      continue;
    }
    if (!WIFSTOPPED(status)) {
      forget(victim);
    } else if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
      victim->stopped = true;
      victim->stopped_us = now_us();
    } else { /* a signal on its way */
      ptrace(PTRACE_CONT, pid, NULL, WSTOPSIG(status));
    }
  }
}

/* Whether we know enough to judge it: it is still where we have it (another
 * SIGKILL may have freed it), and nothing of the log was lost meanwhile. */
static bool is_held(const struct keeping* keeping, const struct victim* victim)
{
  unsigned long message;

  return victim->stopped && victim->lost == keeping->kmsg.lost &&
         ptrace(PTRACE_GETEVENTMSG, victim->pid, NULL, &message) == 0;
}

static uint64_t record_time(const struct kmsg_record* record)
{
  return record->time_known ? record->time_us : now_us();
}

/* `pid` was killed: no victim that is held may have its memory still. */
static void
see_kill(struct keeping* keeping, pid_t pid, const struct kmsg_record* record)
{
  struct victim* victim;
  int i;

  see_changes(keeping);
  for (i = 0; i < keeping->count; i++) {
    victim = &keeping->victims[i];
    if (!victim->slot) {
      continue;
    }
    if (victim->pid == pid && !victim->killed) {
      victim->killed = true;
      victim->killed_us = record_time(record);
    } else if (victim->pid != pid && victim->killed && !victim->reaped &&
               !victim->grouped && is_held(keeping, victim)) {
      if (atomic_fetch_add(&keeping->tally->premature, 1) == 0) {
        atomic_store(&keeping->tally->premature_pid, pid);
      }
    }
  }
}

static void read_log(struct keeping* keeping)
{
  static const char mark[] = "oom_reaper: reaped process ";
  struct kmsg_record record;
  struct victim* victim;
  pid_t pid;

  while (kmsg_next(&keeping->kmsg, &record)) {
    if (kmsg_is_oom_kill(&record, &pid)) {
      see_kill(keeping, pid, &record);
    } else if (strncmp(record.text, mark, strlen(mark)) == 0) {
      victim = find_victim(keeping, (pid_t)atoi(record.text + strlen(mark)));
      if (victim) {
        victim->reaped = true;
        victim->reaped_us = record_time(&record);
      }
    }
  }
}

/* The device reads what it mirrors. 0 or -errno; -ENODATA when there is
 * nothing to read. */
static int use_mirror(struct keeping* keeping, const struct victim* victim)
{
  const uint64_t pages = atomic_load(&victim->slot->pages);

  if (victim->mirror < 0 || pages == 0) {
    return -ENODATA;
  }
  return mirror_read(
      victim->mirror, atomic_load(&victim->slot->at), keeping->buffer, pages);
}

/* The reaper has told the notifiers before it took the memory: the device finds
 * nothing in its page tables, and can't fault anything in. */
static void look_back(struct keeping* keeping, const struct victim* victim)
{
  struct keeper_tally* tally = keeping->tally;
  const uint64_t took = victim->reaped_us > victim->killed_us
                            ? victim->reaped_us - victim->killed_us
                            : 0;
  char path[64];
  uint64_t left = 0;
  int error;

  if (atomic_fetch_add(&tally->reaped, 1) == 0 ||
      took < atomic_load(&tally->reap_min)) {
    atomic_store(&tally->reap_min, took);
  }
  if (took > atomic_load(&tally->reap_max)) {
    atomic_store(&tally->reap_max, took);
  }
  snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", victim->pid);
  if (read_keyed(path, "Anonymous", &left) < 0) {
    left = UINT64_MAX; /* no evidence is no pass */
  }
  if (left > atomic_load(&tally->left_max)) {
    atomic_store(&tally->left_max, left);
  }
  error = use_mirror(keeping, victim);
  if (error != -ENODATA) {
    atomic_fetch_add(&tally->looked, 1);
    atomic_fetch_add(&tally->stale, error == 0 ? 1 : 0);
  }
}

/* Lets go of what need not be held any longer. */
static void release(struct keeping* keeping, struct victim* victim)
{
  const uint64_t now = now_us();
  const bool killed = victim->killed;

  if (killed && !victim->reaped && now < victim->killed_us + HOLD_US) {
    return;
  }
  if (!killed && now < victim->stopped_us + UNKILLED_US) {
    return;
  }
  if (killed && is_held(keeping, victim)) {
    atomic_fetch_add(&keeping->tally->held, 1);
    if (victim->reaped) {
      look_back(keeping, victim);
    }
  }
  if (ptrace(PTRACE_DETACH, victim->pid, NULL, 0) == 0) {
    forget(victim);
  } else {
    victim->stopped = false; /* it went on: its end will be seen */
  }
}

static bool is_busy_time(const struct victim* victim)
{
  const uint64_t now = now_us();

  return victim->killed && !victim->reaped &&
         now >= victim->killed_us + BUSY_FROM_US &&
         now < victim->killed_us + BUSY_TO_US;
}

/* Looks after all that are stopped; gives when to look again. */
static uint64_t attend(struct keeping* keeping)
{
  uint64_t next = now_us() + US_PER_S;
  struct victim* victim;
  int i;

  for (i = 0; i < keeping->count; i++) {
    victim = &keeping->victims[i];
    if (!victim->slot || !victim->stopped) {
      continue;
    }
    if (is_busy_time(victim)) {
      if (use_mirror(keeping, victim) == 0) {
        atomic_fetch_add(&keeping->tally->reads, 1);
      }
      next = 0;
    } else {
      release(keeping, victim);
      next = next ? now_us() + TICK_US : 0;
    }
  }
  return next;
}

static void take_on_askers(struct keeping* keeping)
{
  struct keeper* keeper = keeping->keeper;
  unsigned char indices[KEEPER_SLOTS];
  ssize_t got = read(keeper->asks[0], indices, sizeof(indices));

  while (got-- > 0) {
    take_on(keeping, &keeper->shared->slots[indices[got] % KEEPER_SLOTS]);
  }
}

int keep_victims(void* argument)
{
  /* not static: init, the same program, locks all that is */
  struct keeping* keeping = mmap(NULL,
                                 sizeof(*keeping),
                                 PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS,
                                 -1,
                                 0);

  if (keeping == MAP_FAILED) {
    return 1;
  }
  keeping->keeper = argument;
  keeping->tally = &keeping->keeper->shared->tally;
  watch_children();
  kmsg_open(&keeping->kmsg);
  for (;;) {
    see_changes(keeping);
    read_log(keeping);
    if (wait_event(keeping->keeper->asks[0], attend(keeping))) {
      take_on_askers(keeping);
    }
  }
}
