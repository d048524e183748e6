// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/relay.h"

#include <string.h>

static bool starts(const char* line, const char* with)
{
  return strncmp(line, with, strlen(with)) == 0;
}

static bool is_ktap(const char* line)
{
  return starts(line, "ok ") || strcmp(line, "ok") == 0 ||
         starts(line, "not ok") || starts(line, "1..") ||
         starts(line, "Bail out!");
}

static void put_text(struct relay* relay, bool is_error, const char* line)
{
  const size_t length = strlen(line);

  if (relay->text_lines >= RELAY_TEXT_LINES ||
      relay->text_bytes + length > RELAY_TEXT_BYTES) {
    relay->text_dropped++;
    return;
  }
  relay->text_lines++;
  relay->text_bytes += length;
  ktap_nested(relay->ktap,
              "%s%.*s",
              is_error ? "# stderr: " : "",
              RELAY_TEXT_LINE_BYTES,
              line);
}

static void put_line(struct relay* relay, struct relay_stream* stream)
{
  if (stream->used == 0) {
    return;
  }
  stream->line[stream->used] = '\0';
  stream->used = 0;
  if (stream->is_error || !is_ktap(stream->line)) {
    put_text(relay, stream->is_error, stream->line);
  } else if (relay->ktap_lines < RELAY_KTAP_LINES) {
    relay->ktap_lines++;
    ktap_nested(relay->ktap, "%s", stream->line);
  } else {
    relay->ktap_dropped++;
  }
}

void relay_feed(struct relay* relay,
                struct relay_stream* stream,
                const char* bytes,
                size_t size)
{
  size_t i;

  relay->bytes += size;
  for (i = 0; i < size; i++) {
    if (bytes[i] == '\n') {
      put_line(relay, stream);
    } else if (bytes[i] != '\r' && stream->used < RELAY_LINE_BYTES) {
      stream->line[stream->used++] = bytes[i] ? bytes[i] : '?';
    }
  }
}

void relay_finish(struct relay* relay, struct relay_stream* stream)
{
  stream->line[stream->used] = '\0';
  if (stream->used > 0 && !stream->is_error && is_ktap(stream->line)) {
    ktap_nested(relay->ktap, "# oopsfarm.half: %s", stream->line);
    stream->used = 0;
  } else if (stream->used > 0) {
    put_line(relay, stream);
  }
}

void relay_sum(struct relay* relay)
{
  if (relay->ktap_dropped > 0) {
    ktap_nested(relay->ktap,
                "# oopsfarm.flood: %llu KTAP lines over the first %d",
                (unsigned long long)relay->ktap_dropped,
                RELAY_KTAP_LINES);
  }
  if (relay->text_dropped > 0) {
    ktap_nested(relay->ktap,
                "# %llu lines of output were left out",
                (unsigned long long)relay->text_dropped);
  }
}
