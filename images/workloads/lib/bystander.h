// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define BYSTANDERS_MAX 8

/* Processes that no OOM kill may touch: each holds memory with a pattern in it,
 * and waits. */
struct bystanders
{
  pid_t pids[BYSTANDERS_MAX];
  int count;
  int alive;
};

/* Starts one more, in the group that `cgroup_fd` names (-1: the caller's).
 * 0 or -errno. */
int bystander_start(struct bystanders* bystanders, int cgroup_fd);

/* To be told of each child that ended: true when it was a bystander. */
bool bystander_ended(struct bystanders* bystanders, pid_t pid);

/* Asks every bystander left to look at its memory and to end. Gives how many
 * were alive with all of their memory intact; waits 10 s at most. */
int bystanders_check(struct bystanders* bystanders);
