// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

/* Runs in the new process; its value is the exit status. */
typedef int (*child_function)(void* argument);

/* Starts a process in the cgroup that `cgroup_fd` (an open folder) names, or in
 * the caller's own for -1. The child is killed when its parent dies, has the
 * oom_score_adj 0 that ordinary programs have, and can't write to serial 1.
 * Gives its pid, or -errno. */
pid_t spawn(int cgroup_fd, child_function function, void* argument);

/* From now on, the end of a child interrupts wait_event(), and nothing else. */
void watch_children(void);

/* Waits until a child ends, `fd` (-1: none) is readable, or `deadline_us`
 * passes. Gives 1 when fd is readable, else 0. Ends that came between the last
 * call and this one are not missed. */
int wait_event(int fd, unsigned long long deadline_us);
