// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/hugetlb-shared_visitor.h"

#include "workloads/lib/child.h"
#include "workloads/lib/clock.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define TURNS_MAX 8
#define TOUCHES_MAX 8
#define KILL_AFTER_US 20000 /* at most */
#define STOP_LIMIT_US (30 * US_PER_S)

const char* const visit_names[VISITS] = {
    "detach", "exit", "fork", "killed", "protect"};

struct visitor
{
  struct visit_told* told;
  const struct segment* segment;
  struct rng rng;
  enum visit visit;
};

enum visitor_end { VISITOR_WENT = 0, VISITOR_REFUSED = 2 };

static char* arrive(struct visitor* visitor)
{
  return segment_attach(visitor->segment,
                        rng_below(&visitor->rng, SEGMENT_PLACES),
                        &visitor->told->segments);
}

static void touch(struct visitor* visitor, char* at, bool read_only)
{
  segment_touch(visitor->segment,
                &visitor->rng,
                &visitor->told->segments,
                at,
                1 + rng_below(&visitor->rng, TOUCHES_MAX),
                read_only);
}

/* The child of VISIT_FORK. */
struct heir
{
  struct visitor* visitor;
  char* at;
};

static int inherit(void* argument)
{
  const struct heir* heir = argument;

  touch(heir->visitor, heir->at, false);
  return VISITOR_WENT;
}

static int with_child(struct visitor* visitor, char* at)
{
  struct heir heir = {.visitor = visitor, .at = at};
  const pid_t child = spawn(-1, inherit, &heir);
  int status;

  shmdt(at);
  if (!await_child(child, &status)) {
    return VISITOR_REFUSED;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : VISITOR_REFUSED;
}

/* Makes a part read-only, which makes several mappings of one. */
static int with_parts(struct visitor* visitor, char* at)
{
  const struct segment* segment = visitor->segment;
  const uint32_t pages = (uint32_t)(segment->bytes / segment->huge);
  const uint32_t first = rng_below(&visitor->rng, pages);
  const uint32_t count = 1 + rng_below(&visitor->rng, pages - first);

  if (mprotect(at + first * segment->huge, count * segment->huge, PROT_READ) <
      0) {
    return VISITOR_REFUSED;
  }
  touch(visitor, at, true);
  shmdt(at);
  return VISITOR_WENT;
}

static int use(struct visitor* visitor, char* at)
{
  touch(visitor, at, false);
  switch (visitor->visit) {
  case VISIT_FORK:
    return with_child(visitor, at);
  case VISIT_PROTECT:
    return with_parts(visitor, at);
  case VISIT_EXIT:
    return VISITOR_WENT;
  default:
    return shmdt(at) < 0 ? VISITOR_REFUSED : VISITOR_WENT;
  }
}

/* A visitor's life; VISIT_KILLED goes on until the host ends it. */
static int visit(void* argument)
{
  struct visitor* visitor = argument;
  uint32_t turns = visitor->visit == VISIT_EXIT
                       ? 1
                       : 1 + rng_below(&visitor->rng, TURNS_MAX);

  while (turns > 0) {
    char* at = arrive(visitor);
    const int end = at ? use(visitor, at) : VISITOR_REFUSED;

    if (end != VISITOR_WENT) {
      return end;
    }
    turns -= visitor->visit == VISIT_KILLED ? 0 : 1;
  }
  return VISITOR_WENT;
}

static void judge_end(struct visitor* visitor, int status)
{
  struct visit_told* told = visitor->told;
  const bool well =
      visitor->visit == VISIT_KILLED
          ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL
          : WIFEXITED(status) && WEXITSTATUS(status) == VISITOR_WENT;

  if (well) {
    atomic_fetch_add(&told->visits[visitor->visit], 1);
  } else if (atomic_fetch_add(&told->odd_visits, 1) == 0) {
    atomic_store(&told->first_odd_status, status);
  }
}

/* Has one visitor after the other until told to stop. */
static int play_host(void* argument)
{
  const struct visit_hosts* hosts = argument;
  struct visitor visitor = {.told = hosts->told};
  const uint32_t visits = hosts->protect ? VISITS : VISIT_PROTECT;
  uint64_t stream = 0;
  struct rng rng;
  int status;
  pid_t pid;

  rng_seed(&rng, hosts->seed, stream++);
  while (!atomic_load(&hosts->told->stop)) {
    visitor.segment = rng_below(&rng, 4) > 0 ? hosts->large : hosts->small;
    visitor.visit = (enum visit)rng_below(&rng, visits);
    rng_seed(&visitor.rng, hosts->seed, stream++);
    pid = spawn(-1, visit, &visitor);
    if (pid > 0 && visitor.visit == VISIT_KILLED) {
      nap_us(rng_below(&rng, KILL_AFTER_US));
      kill(pid, SIGKILL);
    }
    if (await_child(pid, &status)) {
      judge_end(&visitor, status);
    }
  }
  return 0;
}

bool visits_start(struct visit_hosts* hosts, struct rng* rng)
{
  int i;

  atomic_store(&hosts->told->stop, 0);
  if (pipe2(hosts->alive, O_CLOEXEC) < 0) {
    return false;
  }
  for (i = 0; i < hosts->count; i++) {
    hosts->seed = rng_next(rng);
    hosts->pids[i] = spawn(-1, play_host, hosts);
    if (hosts->pids[i] < 0) {
      break;
    }
  }
  close(hosts->alive[1]);
  if (i < hosts->count) {
    hosts->count = i;
    visits_stop(hosts);
    return false;
  }
  return true;
}

bool visits_stop(struct visit_hosts* hosts)
{
  const uint64_t deadline = now_us() + STOP_LIMIT_US;
  bool gone = false;
  char byte;
  int i;

  atomic_store(&hosts->told->stop, 1);
  while (!gone && now_us() < deadline) {
    gone = wait_event(hosts->alive[0], deadline) &&
           read(hosts->alive[0], &byte, 1) == 0;
  }
  close(hosts->alive[0]);
  for (i = 0; i < hosts->count; i++) {
    if (!gone) {
      kill(hosts->pids[i], SIGKILL);
    }
    waitpid(hosts->pids[i], NULL, gone ? 0 : WNOHANG);
  }
  return gone;
}
