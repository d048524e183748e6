// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/lib/ktap.h"

#include <stdint.h>

/* Counters of /proc/meminfo, in kB as they stand there. */

/* UINT64_MAX when it can't be read: no evidence is no pass. */
uint64_t meminfo_kib(const char* key);

/* What a counter may be above its start though all is well: pages that CPUs
 * have yet to move between lists (the batches of mm/mlock.c and mm/swap.c). */
uint64_t meminfo_slack(void);

/* Prints the result `name`: good when the counter is back at `start`, but for
 * the slack, within 5 s. */
void meminfo_judge_return(struct ktap* ktap,
                          const char* name,
                          const char* key,
                          uint64_t start);
