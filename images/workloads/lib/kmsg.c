// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/kmsg.h"

#include "workloads/lib/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* KERN_DEBUG of the user facility: below what consoles print by default. */
#define CLOCK_MARK "oopsfarm: clock mark"

bool kmsg_parse(const char* line, uint64_t* log_us, const char** text)
{
  const char* semicolon = strchr(line, ';');
  const char* comma = strchr(line, ',');
  char* end;

  comma = comma ? strchr(comma + 1, ',') : NULL;
  if (!comma || !semicolon || comma > semicolon) {
    return false;
  }
  *log_us = strtoull(comma + 1, &end, 10);
  if (end == comma + 1 || (*end != ',' && *end != ';')) {
    return false;
  }
  *text = semicolon + 1;
  return true;
}

bool kmsg_next(struct kmsg* kmsg, struct kmsg_record* record)
{
  /* Not on the stack: the kernel wants room for its longest record. */
  static char line[8192];
  const char* text;
  uint64_t log_us;
  ssize_t got;

  while (kmsg->fd >= 0) {
    got = read(kmsg->fd, line, sizeof(line) - 1);
    if (got < 0 && errno == EPIPE) {
      kmsg->lost++; /* the next read goes on with the oldest there is */
      continue;
    }
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return false;
    }
    line[got] = '\0';
    if (!kmsg_parse(line, &log_us, &text)) {
      continue;
    }
    record->time_known = kmsg->clock_known;
    record->time_us = (uint64_t)((int64_t)log_us + kmsg->offset_us);
    snprintf(record->text, sizeof(record->text), "%s", text);
    record->text[strcspn(record->text, "\n")] = '\0';
    return true;
  }
  return false;
}

static void compare_clocks(struct kmsg* kmsg)
{
  struct kmsg_record record;
  uint64_t before;
  uint64_t after;
  bool written;
  const int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

  if (fd < 0) {
    return;
  }
  before = now_us();
  written =
      write(fd, "<15>" CLOCK_MARK "\n", strlen("<15>" CLOCK_MARK) + 1) > 0;
  after = now_us();
  close(fd);
  while (written && kmsg_next(kmsg, &record)) {
    if (strcmp(record.text, CLOCK_MARK) == 0) {
      /* time_us is the log's own time here: offset_us is still 0. */
      kmsg->offset_us =
          (int64_t)(before + (after - before) / 2) - (int64_t)record.time_us;
      kmsg->clock_known = true;
    }
  }
}

void kmsg_open(struct kmsg* kmsg)
{
  memset(kmsg, 0, sizeof(*kmsg));
  kmsg->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (kmsg->fd >= 0) {
    lseek(kmsg->fd, 0, SEEK_END);
    compare_clocks(kmsg);
  }
}

/* The pid behind `mark`, a blank behind it. */
static bool pid_behind(const char* text, const char* mark, pid_t* pid)
{
  const char* at = strstr(text, mark);
  char* end;
  long value;

  if (!at) {
    return false;
  }
  value = strtol(at + strlen(mark), &end, 10);
  if (value <= 0 || *end != ' ') {
    return false;
  }
  *pid = (pid_t)value;
  return true;
}

bool kmsg_is_oom_kill(const struct kmsg_record* record, pid_t* pid)
{
  return strstr(record->text, "ut of memory") &&
         pid_behind(record->text, ": Killed process ", pid);
}

bool kmsg_is_reap(const struct kmsg_record* record, pid_t* pid)
{
  static const char head[] = "oom_reaper: reaped process ";

  return strncmp(record->text, head, strlen(head)) == 0 &&
         pid_behind(record->text, head, pid);
}
