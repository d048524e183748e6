// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/hugetlb-shared_segment.h"
#include "workloads/lib/workload.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Visitors: processes outside the group that has the limit, which attach the
 * segments of a round, use them and go, again and again, while members of the
 * group use the same segments and are OOM-killed. Hosts start them, one after
 * the other. */

#define VISIT_HOSTS_MAX 16

enum visit {
  VISIT_DETACH,  /* attach, touch, shmdt; several times; exit */
  VISIT_EXIT,    /* exit while attached */
  VISIT_FORK,    /* a child inherits the attachment, and goes in its own time */
  VISIT_KILLED,  /* by its host, in the midst of it */
  VISIT_PROTECT, /* mprotect splits the mapping, which ends its sharing */
  VISITS,
};

/* In memory that all processes share. */
struct visit_told
{
  struct segment_told segments;
  _Atomic uint64_t visits[VISITS]; /* that ended as they should */
  _Atomic uint64_t odd_visits;     /* that did not */
  _Atomic int first_odd_status;    /* as waitpid(2) gives it */
  _Atomic int stop;                /* hosts end after their visitor */
};

/* The hosts of a round. */
struct visit_hosts
{
  struct visit_told* told;
  const struct segment* large;
  const struct segment* small;
  uint64_t seed;
  bool protect; /* have VISIT_PROTECT, too */
  int count;
  pid_t pids[VISIT_HOSTS_MAX];
  int alive[2]; /* a pipe that hosts and visitors hold open */
};

extern const char* const visit_names[VISITS];

/* Starts `count` hosts, whose numbers come from `rng`; false when one could not
 * start. */
bool visits_start(struct visit_hosts* hosts, struct rng* rng);

/* Lets the hosts end, and waits until they and their visitors are gone; false
 * when that takes over 30 s: what is left is then killed. */
bool visits_stop(struct visit_hosts* hosts);
