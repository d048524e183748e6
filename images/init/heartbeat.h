// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

/* Starts the process that prints `# beat: UPTIME_MS` on serial 1 at once and
 * then every second, until it is killed. All of its memory is locked, and the
 * OOM killer can't take it: when it falls silent, the kernel stands still.
 * REQUIRES: the caller's oom_score_adj is -1000 (it is inherited). */
pid_t heartbeat_start(void);
