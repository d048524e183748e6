// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/lib/workload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Programs that are not ours: the host put them into the initramfs, below
 * /payload, with a list of them (docs/formats.md, guest protocol). */
#define PROGRAMS_MAX 64
#define PROGRAM_ARGS_MAX 64

struct program
{
  char* name; /* in results */
  char* path;
  uint64_t stop_after_s; /* ended after so long, and well; 0: ends by itself */
  char* args[PROGRAM_ARGS_MAX + 2]; /* its argv, NULL at the end */
};

struct programs
{
  struct program items[PROGRAMS_MAX];
  int count;
};

/* Takes apart the list's `size` bytes where they lie (they must outlive
 * `programs`, and end in NUL). False when they are no list. Pure. */
bool programs_parse(struct programs* programs, char* bytes, size_t size);

/* The list of this initramfs. Ends the process after a "Bail out!" when there
 * is none. */
const struct programs* programs_read(struct run* run);

/* How a program ended. */
struct program_end
{
  int status;        /* as of waitpid(2) */
  bool over_time;    /* we ended it, at its deadline */
  bool stopped;      /* we ended it, at its stop_after_s */
  bool never_died;   /* … and SIGKILL did not */
  int start_error;   /* errno: it was never started */
  uint64_t bytes;    /* printed */
  uint64_t leftover; /* processes that it left behind, ended by us */
};

/* Runs a program to its end, or to `deadline_us`, and hands its output on, as
 * relay.h says. Whatever it leaves behind is ended, too: when this returns, no
 * process of it lives but one that can't be killed. Its standard input is
 * empty, its folder the program's own, serial 1 closed to it, and its
 * oom_score_adj 0. */
struct program_end program_run(struct run* run,
                               const struct program* program,
                               uint64_t deadline_us);

/* Prints the one result that says how it ended. */
void program_result(struct run* run,
                    const struct program* program,
                    const struct program_end* end,
                    uint64_t time_s);

/* Must come before the first program_run(): makes orphans of programs come to
 * us, and the shell's commands, where there is one. */
void programs_prepare(void);
