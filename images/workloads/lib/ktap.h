// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PRINTF(text, first) __attribute__((format(printf, text, first)))

/* The guest's side of guest protocol 1 (docs/formats.md) on serial 1. Every
 * function writes one whole line by one write(2), so that the lines of several
 * processes never mix. Texts are cut at 1000 bytes; control characters and,
 * in names, '#' are replaced. Not for use by several threads at once. */
struct ktap
{
  int fd;
  unsigned results; /* printed so far: the next has this number + 1 */
  unsigned failures;
};

/* "1..N"; once, before the first result. */
void ktap_plan(struct ktap* ktap, unsigned results);

/* "1..0 # SKIP reason": the target lacks what the workload is for. */
void ktap_skip_all(struct ktap* ktap, const char* format, ...) PRINTF(2, 3);

/* "ok N - name", or "not ok N - name # reason". The reason (a format) is
 * printed on failure only. */
void ktap_result(struct ktap* ktap,
                 bool ok,
                 const char* name,
                 const char* format,
                 ...) PRINTF(4, 5);

/* "ok N - name # SKIP reason". */
void ktap_skip(struct ktap* ktap, const char* name, const char* format, ...)
    PRINTF(3, 4);

/* "# key: value"; keys are [a-z0-9_.]+, at most 64 bytes. */
void ktap_fact(struct ktap* ktap, const char* key, const char* format, ...)
    PRINTF(3, 4);
void ktap_count(struct ktap* ktap, const char* key, uint64_t value);

/* "  text": a line that a program printed, below the result to come. */
void ktap_nested(struct ktap* ktap, const char* format, ...) PRINTF(2, 3);

/* "Bail out! reason": the run says nothing more. */
void ktap_bail(struct ktap* ktap, const char* format, ...) PRINTF(2, 3);
