// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

/* One group of the unified hierarchy (cgroup v2), mounted by init. */
struct cgroup
{
  char name[96]; /* below the mount, with its slash: "/memcg/max" */
  int fd;        /* its folder, for spawn() */
};

/* True when groups can have the memory controller. */
bool cgroup_has_memory(void);

/* Makes the group unless it is there, and opens it. 0 or -errno. */
int cgroup_make(struct cgroup* cgroup, const char* name);

/* Gives the group's children the memory controller; it must hold no process.
 * "" is the root. 0 or -errno. */
int cgroup_delegate_memory(const char* name);

/* As write_text(), write_number(), read_number(), read_keyed(), for the file
 * `file` of the group. */
int cgroup_set(const struct cgroup* cgroup, const char* file, const char* text);
int cgroup_set_number(const struct cgroup* cgroup,
                      const char* file,
                      uint64_t value);
int cgroup_number(const struct cgroup* cgroup,
                  const char* file,
                  uint64_t* value);
int cgroup_keyed(const struct cgroup* cgroup,
                 const char* file,
                 const char* key,
                 uint64_t* value);

/* Bytes that an empty group may still be charged with: per-CPU batches of
 * pages on their way to the LRU lists, and the kernel's own objects. */
uint64_t cgroup_leftover_bound(void);

/* Waits, 5 s at most, until an empty group's memory.current is down to that
 * bound. Gives what is left, in bytes; UINT64_MAX when it can't be read: no
 * evidence is no pass. */
uint64_t cgroup_settle(const struct cgroup* cgroup);

/* memory.current without what CPUs hold in stock for the group (64 pages each).
 * UINT64_MAX when it can't be read. */
uint64_t cgroup_current(const struct cgroup* cgroup);
