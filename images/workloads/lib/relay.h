// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/lib/ktap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a program prints, handed on to serial 1: line by line, indented, and
 * bounded. The program may print anything and as much as it likes. Lines that
 * look like KTAP have a budget of their own, since they are what counts; what
 * is over it is told to the host, which lets such a program never pass. */
#define RELAY_KTAP_LINES 1024
#define RELAY_TEXT_LINES 512
#define RELAY_TEXT_BYTES 65536
#define RELAY_LINE_BYTES 1000
#define RELAY_TEXT_LINE_BYTES 400

struct relay
{
  struct ktap* ktap;
  unsigned ktap_lines;
  unsigned text_lines;
  size_t text_bytes;
  uint64_t bytes;        /* all that came */
  uint64_t ktap_dropped; /* lines */
  uint64_t text_dropped;
};

/* One of the program's two outputs. Zeroed at first. */
struct relay_stream
{
  bool is_error; /* standard error: remarks only, never results */
  char line[RELAY_LINE_BYTES + 1];
  size_t used;
};

/* Takes `size` bytes as the program wrote them. */
void relay_feed(struct relay* relay,
                struct relay_stream* stream,
                const char* bytes,
                size_t size);

/* The output is over: what is left of a line is handed on, half a line of KTAP
 * as such. */
void relay_finish(struct relay* relay, struct relay_stream* stream);

/* Both outputs are over: says what was left out. */
void relay_sum(struct relay* relay);
