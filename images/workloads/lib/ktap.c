// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/ktap.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Below the 2 KiB that the kernel's tty layer takes under one lock. */
#define LINE_MAX_BYTES 1024
#define TEXT_MAX_BYTES 1000

/* Writes `line` (without its newline) as a whole. */
static void put_line(const struct ktap* ktap, char* line, size_t length)
{
  size_t i;

  for (i = 0; i < length; i++) {
    if ((unsigned char)line[i] < ' ' || line[i] == 0x7f) {
      line[i] = '?';
    }
  }
  line[length++] = '\n';
  for (i = 0; i < length;) {
    const ssize_t put = write(ktap->fd, line + i, length - i);

    if (put < 0 && errno != EINTR) {
      return; /* nobody to tell */
    }
    i += put > 0 ? (size_t)put : 0;
  }
}

/* `head`, then the formatted text, cut where the line is full. */
static void PRINTF(3, 0) print_line(const struct ktap* ktap,
                                    const char* head,
                                    const char* format,
                                    va_list args)
{
  char line[LINE_MAX_BYTES];
  size_t length;

  snprintf(line, TEXT_MAX_BYTES, "%s", head);
  length = strlen(line);
  vsnprintf(line + length, TEXT_MAX_BYTES - length, format, args);
  put_line(ktap, line, strlen(line));
}

static void PRINTF(3, 4) print_text(const struct ktap* ktap,
                                    const char* head,
                                    const char* format,
                                    ...)
{
  va_list args;

  va_start(args, format);
  print_line(ktap, head, format, args);
  va_end(args);
}

void ktap_plan(struct ktap* ktap, unsigned results)
{
  print_text(ktap, "1..", "%u", results);
}

void ktap_skip_all(struct ktap* ktap, const char* format, ...)
{
  va_list args;

  va_start(args, format);
  print_line(ktap, "1..0 # SKIP ", format, args);
  va_end(args);
}

/* "ok 3 - name" with the marks of KTAP's own syntax taken out of the name. */
static void result_head(struct ktap* ktap,
                        bool ok,
                        const char* name,
                        const char* mark,
                        char head[static 300])
{
  char* at = head;

  ktap->results++;
  ktap->failures += ok ? 0 : 1;
  snprintf(
      head, 300, "%s %u - %.200s", ok ? "ok" : "not ok", ktap->results, name);
  while ((at = strchr(at, '#'))) {
    *at = '_';
  }
  strncat(head, mark, 299 - strlen(head));
}

void ktap_result(
    struct ktap* ktap, bool ok, const char* name, const char* format, ...)
{
  char head[300];
  va_list args;

  result_head(ktap, ok, name, ok ? "" : " # ", head);
  if (ok) {
    print_text(ktap, head, "%s", "");
    return;
  }
  va_start(args, format);
  print_line(ktap, head, format, args);
  va_end(args);
}

void ktap_skip(struct ktap* ktap, const char* name, const char* format, ...)
{
  char head[300];
  va_list args;

  result_head(ktap, true, name, " # SKIP ", head);
  va_start(args, format);
  print_line(ktap, head, format, args);
  va_end(args);
}

void ktap_fact(struct ktap* ktap, const char* key, const char* format, ...)
{
  char head[80];
  va_list args;

  snprintf(head, sizeof(head), "# %.64s: ", key);
  va_start(args, format);
  print_line(ktap, head, format, args);
  va_end(args);
}

void ktap_count(struct ktap* ktap, const char* key, uint64_t value)
{
  ktap_fact(ktap, key, "%llu", (unsigned long long)value);
}

void ktap_nested(struct ktap* ktap, const char* format, ...)
{
  va_list args;

  va_start(args, format);
  print_line(ktap, "  ", format, args);
  va_end(args);
}

void ktap_bail(struct ktap* ktap, const char* format, ...)
{
  va_list args;

  va_start(args, format);
  print_line(ktap, "Bail out! ", format, args);
  va_end(args);
}
