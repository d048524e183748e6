// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A process with many mappings of several kinds, to be killed. */
struct victim_plan
{
  uint64_t seed;
  uint64_t stream; /* which sequence of the seed is this victim's */
  uint64_t vmas;   /* mappings, all kinds together */
  uint64_t bytes;  /* that it touches, but for huge pages */
  uint64_t huge;   /* bytes of a huge page; 0: there are none */
  int file;        /* a file of VICTIM_FILE bytes, for private mappings */
  bool sparse;     /* mappings lie far apart: a page table for each */
  int threads;     /* besides the first; they sleep */
  bool greedy;     /* goes on to take memory when its gate is opened, until
                    * the OOM killer comes; else it waits for its end */
  int gate[2];     /* a pipe: open once all write ends are closed */
  int ready;       /* takes one byte once all is mapped */
};

/* What a victim's mappings of files read from, bytes. */
#define VICTIM_FILE (1UL << 20)
#define VICTIM_THREADS_MAX 4

enum victim_end {
  VICTIM_FED = 3,       /* got all it asked for: nothing limited it */
  VICTIM_NO_MEMORY = 4, /* a mapping or a thread could not be had */
};

/* A child_function; the argument is a struct victim_plan. Gives a victim_end.
 */
int victim_live(void* argument);
