// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The kernel's log from now on, as /dev/kmsg gives it
 * (Documentation/ABI/testing/dev-kmsg). */
struct kmsg
{
  int fd;            /* -1: could not be opened */
  uint64_t lost;     /* times that records were overwritten before we read */
  bool clock_known;  /* offset_us holds */
  int64_t offset_us; /* now_us() minus the log's clock */
};

/* One record's time on now_us()'s clock, and its text. */
struct kmsg_record
{
  bool time_known;
  uint64_t time_us;
  char text[512];
};

/* Opens the log at its end, and compares its clock with ours: for that, one
 * line of debug level is logged (no console shows it by default). */
void kmsg_open(struct kmsg* kmsg);

/* The next record, if there is one now; never waits. */
bool kmsg_next(struct kmsg* kmsg, struct kmsg_record* record);

/* True for the OOM killer's "…: Killed process PID (…)": its pid. */
bool kmsg_is_oom_kill(const struct kmsg_record* record, pid_t* pid);

/* True for "oom_reaper: reaped process PID (…)": its pid. */
bool kmsg_is_reap(const struct kmsg_record* record, pid_t* pid);

/* Takes a line of /dev/kmsg apart ("6,339,5140900,-;text\n"). Pure; false
 * when it is malformed. */
bool kmsg_parse(const char* line, uint64_t* log_us, const char** text);
