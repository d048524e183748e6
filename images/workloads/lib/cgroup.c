// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/cgroup.h"

#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 256
/* What a group gets to give its memory back. */
#define SETTLE_US (5 * US_PER_S)

static void
file_path(char path[static PATH_BYTES], const char* name, const char* file)
{
  snprintf(path, PATH_BYTES, CGROUP_ROOT "%s/%s", name, file);
}

bool cgroup_has_memory(void)
{
  char text[512];

  return read_text(CGROUP_ROOT "/cgroup.controllers", text, sizeof(text)) > 0 &&
         strstr(text, "memory");
}

int cgroup_make(struct cgroup* cgroup, const char* name)
{
  char path[PATH_BYTES];

  snprintf(cgroup->name, sizeof(cgroup->name), "%s", name);
  file_path(path, name, "");
  if (mkdir(path, 0755) < 0 && errno != EEXIST) {
    return -errno;
  }
  cgroup->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return cgroup->fd < 0 ? -errno : 0;
}

int cgroup_delegate_memory(const char* name)
{
  char path[PATH_BYTES];

  file_path(path, name, "cgroup.subtree_control");
  return write_text(path, "+memory");
}

int cgroup_set(const struct cgroup* cgroup, const char* file, const char* text)
{
  char path[PATH_BYTES];

  file_path(path, cgroup->name, file);
  return write_text(path, text);
}

int cgroup_set_number(const struct cgroup* cgroup,
                      const char* file,
                      uint64_t value)
{
  char path[PATH_BYTES];

  file_path(path, cgroup->name, file);
  return write_number(path, value);
}

int cgroup_number(const struct cgroup* cgroup,
                  const char* file,
                  uint64_t* value)
{
  char path[PATH_BYTES];

  file_path(path, cgroup->name, file);
  return read_number(path, value);
}

int cgroup_keyed(const struct cgroup* cgroup,
                 const char* file,
                 const char* key,
                 uint64_t* value)
{
  char path[PATH_BYTES];

  file_path(path, cgroup->name, file);
  return read_keyed(path, key, value);
}

uint64_t cgroup_leftover_bound(void)
{
  /* Each CPU may hold a batch of 31 folios (15 before 6.9: PAGEVEC_SIZE) on
   * their way to an LRU list, and another on their way to be mlocked. */
  const uint64_t batches = 2 * 32;
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

  return (1U << 20) + batches * page * (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
}

/* Lowering memory.high takes back what CPUs hold in stock. */
uint64_t cgroup_current(const struct cgroup* cgroup)
{
  uint64_t current;

  cgroup_set_number(cgroup, "memory.high", 0);
  cgroup_set(cgroup, "memory.high", "max");
  return cgroup_number(cgroup, "memory.current", &current) < 0 ? UINT64_MAX
                                                               : current;
}

uint64_t cgroup_settle(const struct cgroup* cgroup)
{
  const uint64_t deadline = now_us() + SETTLE_US;
  const uint64_t bound = cgroup_leftover_bound();
  uint64_t current;
  int error = cgroup_number(cgroup, "memory.current", &current);

  if (!error && current > bound) {
    current = cgroup_current(cgroup);
  }
  while (!error && current > bound && now_us() < deadline) {
    nap_us(US_PER_MS);
    error = cgroup_number(cgroup, "memory.current", &current);
  }
  return error ? UINT64_MAX : current;
}
