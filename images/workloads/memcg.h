// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/lib/child.h"
#include "workloads/lib/workload.h"

#include <stdbool.h>
#include <sys/types.h>

/* A workload that plays the rounds of `memcg` with members of its own. */
struct memcg_kind
{
  child_function member; /* takes a struct eater, gives an eater_end */
  /* the process of a member's thread, or 0; NULL: they have one thread each */
  pid_t (*process_of)(pid_t thread);
  /* before a round's members start, false: no more rounds; and after the last
   * of them ended. NULL: nothing to do */
  bool (*before)(struct run* run);
  void (*after)(struct run* run);
  unsigned results;               /* that judge() prints */
  void (*judge)(struct run* run); /* after the rounds; NULL: nothing to add */
  uint64_t smallest;              /* the least default limit, bytes */
};

/* Reads memcg's parameters, plays its rounds, and prints its facts and results
 * and those of `kind`. A workload's whole body. */
enum workload_end memcg_play(struct run* run, const struct memcg_kind* kind);
