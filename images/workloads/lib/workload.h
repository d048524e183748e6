// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/lib/ktap.h"
#include "workloads/lib/params.h"

#include <stdint.h>

/* How a workload plugs in (docs/workloads.md). A workload is one process that
 * init starts; it prints its plan, results and facts through run->ktap, and
 * returns one of these. */
enum workload_end {
  WORKLOAD_DONE = 0,    /* all results are printed, good or bad */
  WORKLOAD_BAILED = 99, /* "Bail out!" is printed */
};

struct run
{
  struct ktap ktap;
  struct params params;
  uint64_t seed;
  uint64_t started_us; /* on now_us()'s clock */
};

struct workload
{
  const char* name;
  enum workload_end (*function)(struct run* run);
};

/* Makes a workload known under its name: once in its .c file, at file scope.
 * The linker gathers these pointers in one section. */
#define WORKLOAD(id, text, body)                                               \
  static const struct workload workload_##id = {text, body};                   \
  static const struct workload* const workload_##id##_entry                    \
      __attribute__((section("workload_table"), used)) = &workload_##id

/* The workload of that name, or NULL. */
const struct workload* find_workload(const char* name);

/* A workload process's main(): argv is NAME SEED [param=value]…; serial 1 is
 * open as KTAP_FD. Gives the exit status. */
#define KTAP_FD 3
int workload_main(int argc, char** argv);

/* A number parameter: what the host gave, or `fallback`. It is printed as
 * `# param.NAME`. A malformed value or one out of bounds ends the process after
 * a "Bail out!" that names it. */
uint64_t run_number(struct run* run,
                    const char* name,
                    uint64_t fallback,
                    uint64_t min,
                    uint64_t max);

/* As run_number(), where 0 or nothing means "by the guest's memory": `scaled`
 * is then used, and printed. */
uint64_t run_scaled(struct run* run,
                    const char* name,
                    uint64_t scaled,
                    uint64_t min,
                    uint64_t max);

/* A text parameter out of `choices` (NULL ends them; the first is the
 * default): its index. */
int run_choice(struct run* run, const char* name, const char* const* choices);

/* To be called once all parameters are read: one that the workload does not
 * know ends the process after a "Bail out!". */
void run_params_end(struct run* run);
