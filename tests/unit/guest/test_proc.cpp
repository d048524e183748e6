// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/proc.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>

using namespace oopsfarm;

TEST_CASE("guest::stat_start_ticks")
{
  const std::string tail =
      " S 1 2 2 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 4711 9 9\n";

  SUBCASE("is field 22")
  {
    CHECK(stat_start_ticks("12 (qemu)" + tail) == 4711);
  }

  SUBCASE("is not misled by the name")
  {
    CHECK(stat_start_ticks("12 (a) R 1 (b c))" + tail) == 4711);
  }

  SUBCASE("is nothing where the line is not whole")
  {
    CHECK_FALSE(stat_start_ticks(""));
    CHECK_FALSE(stat_start_ticks("12 (qemu) S 1 2"));
    CHECK_FALSE(stat_start_ticks("12 qemu" + tail));
  }
}

TEST_CASE("guest::own_processes")
{
  SUBCASE("has this one, with its arguments and an age")
  {
    const auto pids = own_processes();
    CHECK(std::count(pids.begin(), pids.end(), getpid()) == 1);
    CHECK(process_arguments(getpid()).at(0).find("unit_guest") !=
          std::string::npos);
    const auto age = process_age(getpid());
    REQUIRE(age);
    CHECK(*age < std::chrono::minutes(10));
  }

  SUBCASE("knows nothing of a pid that can't be")
  {
    CHECK(process_arguments(-1).empty());
    CHECK_FALSE(process_age(-1));
    CHECK(runqueue_wait(getpid()).has_value());
    CHECK_FALSE(runqueue_wait(-1));
  }
}
