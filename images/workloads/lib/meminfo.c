// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/meminfo.h"

#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"

#include <unistd.h>

#define SETTLE_US (5 * US_PER_S)
#define BATCH 16 /* pages that a CPU collects at the most, and one more */

uint64_t meminfo_kib(const char* key)
{
  uint64_t value;

  return read_keyed("/proc/meminfo", key, &value) < 0 ? UINT64_MAX : value;
}

uint64_t meminfo_slack(void)
{
  return BATCH * (uint64_t)sysconf(_SC_PAGESIZE) *
         (uint64_t)sysconf(_SC_NPROCESSORS_ONLN) / 1024;
}

void meminfo_judge_return(struct ktap* ktap,
                          const char* name,
                          const char* key,
                          uint64_t start)
{
  const uint64_t deadline = now_us() + SETTLE_US;
  const uint64_t slack = meminfo_slack();
  uint64_t now = meminfo_kib(key);

  while (now > start + slack && now_us() < deadline) {
    nap_us(10 * US_PER_MS);
    now = meminfo_kib(key);
  }
  ktap_result(ktap,
              now <= start + slack,
              name,
              "%s was %llu kB, is %llu kB, may be %llu kB more",
              key,
              (unsigned long long)start,
              (unsigned long long)now,
              (unsigned long long)slack);
}
