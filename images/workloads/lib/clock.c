// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/clock.h"

#include <limits.h>
#include <time.h>

uint64_t now_us(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / 1000;
}

int poll_timeout_ms(uint64_t deadline_us)
{
  const uint64_t now = now_us();
  uint64_t ms;

  if (deadline_us <= now) {
    return 0;
  }
  ms = (deadline_us - now + US_PER_MS - 1) / US_PER_MS;
  return ms > INT_MAX ? INT_MAX : (int)ms;
}

void nap_us(uint64_t us)
{
  const struct timespec nap = {.tv_sec = (time_t)(us / US_PER_S),
                               .tv_nsec = (long)(us % US_PER_S) * 1000};

  nanosleep(&nap, NULL);
}
