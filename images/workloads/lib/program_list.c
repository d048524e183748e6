// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/file.h"
#include "workloads/lib/params.h"
#include "workloads/lib/program.h"

#include <stdlib.h>
#include <string.h>

#define LIST "/payload/list"
#define LIST_BYTES (1U << 20)

/* The next field, which ends in NUL; NULL when there is none. */
static char* take(char** at, const char* end)
{
  char* field = *at;
  char* nul = field < end ? memchr(field, '\0', (size_t)(end - field)) : NULL;

  if (!nul) {
    return NULL;
  }
  *at = nul + 1;
  return field;
}

static bool parse_program(struct program* program, char** at, const char* end)
{
  char* stop_after;
  char* count_text;
  uint64_t count;
  uint64_t i;

  program->name = take(at, end);
  program->path = take(at, end);
  stop_after = take(at, end);
  count_text = take(at, end);
  if (!program->name || !program->path || !stop_after || !count_text ||
      program->path[0] != '/' ||
      !parse_u64(stop_after, &program->stop_after_s) ||
      !parse_u64(count_text, &count) || count > PROGRAM_ARGS_MAX) {
    return false;
  }
  program->args[0] = program->path;
  for (i = 1; i <= count; i++) {
    program->args[i] = take(at, end);
    if (!program->args[i]) {
      return false;
    }
  }
  program->args[i] = NULL;
  return true;
}

bool programs_parse(struct programs* programs, char* bytes, size_t size)
{
  char* at = bytes;
  const char* end = bytes + size;

  memset(programs, 0, sizeof(*programs));
  while (at < end) {
    if (programs->count == PROGRAMS_MAX ||
        !parse_program(&programs->items[programs->count], &at, end)) {
      return false;
    }
    programs->count++;
  }
  return programs->count > 0;
}

const struct programs* programs_read(struct run* run)
{
  static struct programs programs;
  char* bytes = malloc(LIST_BYTES);
  const long got = bytes ? read_text(LIST, bytes, LIST_BYTES) : -1;

  if (got <= 0 || !programs_parse(&programs, bytes, (size_t)got)) {
    ktap_bail(&run->ktap, "no program was put into this initramfs (" LIST ")");
    exit(WORKLOAD_BAILED);
  }
  return &programs;
}
