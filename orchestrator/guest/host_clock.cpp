// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/host_clock.h"

#if defined(__x86_64__)
#include <x86intrin.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>
#endif

namespace oopsfarm {

#if defined(__x86_64__)

using Clock = std::chrono::steady_clock;

namespace {

/// Both clocks at one moment.
struct Reading
{
  std::uint64_t ticks = 0;
  Clock::time_point time;
};

} // namespace

/// The best of a few tries: one that was not interrupted in between.
static Reading read_clocks()
{
  Reading best;
  std::uint64_t shortest = UINT64_MAX;
  for (int i = 0; i < 8; ++i) {
    const auto before = __rdtsc();
    const auto time = Clock::now();
    const auto took = __rdtsc() - before;
    if (took < shortest) {
      shortest = took;
      best = {before + took / 2, time};
    }
  }
  return best;
}

static unsigned measure()
{
  const auto start = read_clocks();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const auto end = read_clocks();
  const std::chrono::duration<double, std::milli> passed =
      end.time - start.time;
  const auto khz = static_cast<double>(end.ticks - start.ticks) /
                   std::max(passed.count(), 1.0);
  return static_cast<unsigned>(khz / 1000 + 0.5) * 1000;
}

unsigned host_tsc_khz()
{
  static const unsigned khz = measure();
  return khz;
}

#else

unsigned host_tsc_khz()
{
  return 0;
}

#endif

} // namespace oopsfarm
