// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

long read_text(const char* path, char* buffer, size_t size)
{
  size_t used = 0;
  long result = 0;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);

  buffer[0] = '\0';
  if (fd < 0) {
    return -errno;
  }
  while (used + 1 < size) {
    const ssize_t got = read(fd, buffer + used, size - 1 - used);

    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      result = -errno;
      used = 0;
    }
    if (got <= 0) {
      break;
    }
    used += (size_t)got;
  }
  close(fd);
  buffer[used] = '\0';
  return result < 0 ? result : (long)used;
}

int write_text(const char* path, const char* text)
{
  const size_t size = strlen(text);
  int result = 0;
  ssize_t put;
  const int fd = open(path, O_WRONLY | O_CLOEXEC);

  if (fd < 0) {
    return -errno;
  }
  do {
    put = write(fd, text, size);
  } while (put < 0 && errno == EINTR);
  if (put < 0) {
    result = -errno;
  } else if ((size_t)put != size) {
    result = -EIO;
  }
  close(fd);
  return result;
}

int write_number(const char* path, uint64_t value)
{
  char text[24];

  snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
  return write_text(path, text);
}

static int parse_number(const char* text, uint64_t* value)
{
  char* end;

  if (!isdigit((unsigned char)text[0])) {
    return -EINVAL;
  }
  errno = 0;
  *value = strtoull(text, &end, 10);
  return -errno;
}

int read_number(const char* path, uint64_t* value)
{
  char text[64];
  const long got = read_text(path, text, sizeof(text));

  return got < 0 ? (int)got : parse_number(text, value);
}

int read_keyed(const char* path, const char* key, uint64_t* value)
{
  char text[4096];
  const size_t length = strlen(key);
  const long got = read_text(path, text, sizeof(text));
  const char* line = text;

  if (got < 0) {
    return (int)got;
  }
  while (line && *line) {
    if (strncmp(line, key, length) == 0 &&
        (line[length] == ' ' || line[length] == ':')) {
      return parse_number(line + length + 1 + strspn(line + length + 1, " \t"),
                          value);
    }
    line = strchr(line, '\n');
    line += line ? 1 : 0;
  }
  return -ENOENT;
}

uint64_t total_memory(void)
{
  uint64_t kib;

  return read_keyed("/proc/meminfo", "MemTotal", &kib) == 0 ? kib << 10 : 0;
}

void close_pair(int pair[2])
{
  int i;

  for (i = 0; i < 2; i++) {
    if (pair[i] >= 0) {
      close(pair[i]);
      pair[i] = -1;
    }
  }
}
