// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/judge.h"

#include "workloads/lib/cgroup.h"

#include <stddef.h>
#include <stdio.h>

void foreign_kill(struct foreign_kills* kills, const struct kmsg_record* record)
{
  if (kills->count++ == 0) {
    snprintf(kills->first, sizeof(kills->first), "%.119s", record->text);
  }
}

void odd_end(struct odd_ends* ends, int status)
{
  if (ends->count++ == 0) {
    ends->first_status = status;
  }
}

void print_kill(struct ktap* ktap,
                pid_t pid,
                const char* group,
                const struct kill_time* killed,
                uint64_t end_us)
{
  if (!killed->known || end_us < killed->us) {
    ktap_fact(ktap, "kill", "pid=%d group=%s", pid, group);
    return;
  }
  ktap_fact(ktap,
            "kill",
            "pid=%d group=%s teardown_us=%llu",
            pid,
            group,
            (unsigned long long)(end_us - killed->us));
}

const char* idle_variant(const char* const* names,
                         const uint64_t* rounds,
                         const uint64_t* counts,
                         int count)
{
  bool any = false;
  int i;

  for (i = 0; i < count; i++) {
    if (rounds[i] && !counts[i]) {
      return names[i];
    }
    any = any || rounds[i];
  }
  return any ? NULL : "(none was played)";
}

void judge_foreign(struct ktap* ktap, const struct foreign_kills* kills)
{
  ktap_result(ktap,
              kills->count == 0,
              "victims are members only",
              "%llu kills of others, first: %s",
              (unsigned long long)kills->count,
              kills->first);
}

void judge_odd_ends(struct ktap* ktap,
                    const char* name,
                    const struct odd_ends* ends)
{
  ktap_result(ktap,
              ends->count == 0,
              name,
              "%llu ended otherwise (first wait status 0x%x)",
              (unsigned long long)ends->count,
              (unsigned)ends->first_status);
}

void judge_bystanders(struct ktap* ktap,
                      const struct bystanders* bystanders,
                      int intact)
{
  ktap_result(ktap,
              intact == bystanders->count,
              "bystanders live",
              "%d of %d lived with their memory intact",
              intact,
              bystanders->count);
}

void judge_stalls(struct ktap* ktap, uint64_t stalls, unsigned seconds)
{
  ktap_result(ktap,
              stalls == 0,
              "rounds end in time",
              "%llu rounds could not start, or stood still for %u s",
              (unsigned long long)stalls,
              seconds);
}

void judge_leftover(struct ktap* ktap, uint64_t current)
{
  ktap_result(ktap,
              current <= cgroup_leftover_bound(),
              "memory.current falls back",
              "%llu bytes were left in an empty group, the bound is %llu",
              (unsigned long long)current,
              (unsigned long long)cgroup_leftover_bound());
}
