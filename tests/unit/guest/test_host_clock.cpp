// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/host_clock.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("guest::host_tsc_khz")
{
  const auto khz = host_tsc_khz();
#if defined(__x86_64__)
  SUBCASE("is that of a processor")
  {
    CHECK(khz >= 500'000);
    CHECK(khz <= 10'000'000);
  }
#else
  SUBCASE("is not known elsewhere")
  {
    CHECK(khz == 0);
  }
#endif
  SUBCASE("is measured once, in whole MHz")
  {
    CHECK(khz == host_tsc_khz());
    CHECK(khz % 1000 == 0);
  }
}
