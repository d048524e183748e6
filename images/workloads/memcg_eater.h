// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/lib/rng.h"

#include <stdint.h>

/* A member of a memcg round: waits at the gate, then takes memory until the
 * OOM killer ends it, or until it holds `bytes`. */
struct eater
{
  uint64_t seed;
  uint64_t stream; /* which sequence of the seed is this member's */
  int index;       /* of the round's members: 0 is the first */
  uint64_t bytes;
  int gate[2]; /* a pipe: open once all write ends are closed */
  int ready;   /* takes one byte once `bytes` are held, which then are kept
                * until the end; -1: exit with EATER_FED instead */
};

enum eater_end {
  EATER_FED = 3,       /* got all it asked for: nothing limited it */
  EATER_NO_MEMORY = 4, /* mmap(2) failed */
};

/* The parts of a member's life: waits at the gate; writes to each page of a
 * region once, upwards, downwards or in strides; says that it holds its bytes
 * and waits for its end, or gives EATER_FED. */
void eater_wait(const struct eater* eater);
void eater_touch(struct rng* rng, char* region, uint64_t pages, uint64_t page);
int eater_keep(const struct eater* eater);

/* A child_function; the argument is a struct eater. Gives an eater_end. */
int eat(void* argument);
