// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdatomic.h>
#include <stdint.h>

/* The processes of `global`: child_functions, and what each is told. */

/* In memory that all of them share: that something goes on. */
struct global_told
{
  _Atomic uint64_t touched; /* bytes */
};

/* An eater: takes memory at the gate's opening. */
struct global_eater
{
  struct global_told* told;
  uint64_t seed;
  uint64_t stream;
  uint64_t page;
  uint64_t bytes;
  int adj;
  int gate[2]; /* a pipe: open once all write ends are closed */
  int ready;   /* takes one byte once all is held */
};

int global_eat(void* argument);

/* The taker: last in line for the OOM killer but for the workload itself. Takes
 * as many bytes as each grant has, and answers once it holds them. */
struct global_taker
{
  struct global_told* told;
  uint64_t page;
  uint64_t span;  /* the sum of all grants, at most */
  int grants[2];  /* a pipe of uint64_t */
  int answers[2]; /* a pipe of bytes */
};

int global_take(void* argument);

/* The rock: unkillable by oom_score_adj -1000, and always the biggest. Fills
 * its memory with a pattern, and looks at it when SIGTERM comes: its exit
 * status is 0 when nothing changed. */
struct global_rock
{
  struct global_told* told;
  uint64_t page;
  uint64_t bytes;
  int ready; /* takes one byte once all is held */
};

int global_be_rock(void* argument);
