// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/units.h"

#include <doctest/doctest.h>

#include <string>

using namespace oopsfarm;
using std::chrono::milliseconds;

TEST_CASE("base::parse_duration")
{
  CHECK(*parse_duration("90") == milliseconds(90'000));
  CHECK(*parse_duration("500ms") == milliseconds(500));
  CHECK(*parse_duration("1.5s") == milliseconds(1500));
  CHECK(*parse_duration("2m") == milliseconds(120'000));
  CHECK(*parse_duration("1h") == milliseconds(3'600'000));
  CHECK(*parse_duration("2d") == milliseconds(172'800'000));
  for (const auto* wrong :
       {"", "s", "-1s", "1w", "1s2", "nan", "inf", "1e9", "0x10", "3651d"}) {
    CAPTURE(wrong);
    const auto refused = parse_duration(wrong);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().fault == Fault::user);
  }
}

TEST_CASE("base::parse_size")
{
  CHECK(*parse_size("4096") == 4096);
  CHECK(*parse_size("64KiB") == 65536);
  CHECK(*parse_size("64 MiB") == 64U << 20);
  CHECK(*parse_size("2G") == 2ULL << 30);
  CHECK(*parse_size("1TiB") == 1ULL << 40);
  for (const auto* wrong : {"", "MiB", "-1", "1MB", "2PiB", "99999999G"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_size(wrong).has_value());
  }
}

TEST_CASE("base::format_duration")
{
  CHECK(format_duration(milliseconds(840)) == "0.8 s");
  CHECK(format_duration(milliseconds(12'300)) == "12 s");
  CHECK(format_duration(milliseconds(277'000)) == "4 m 37 s");
  CHECK(format_duration(milliseconds(7'500'000)) == "2 h 05 m");
}

TEST_CASE("base::format_microseconds")
{
  CHECK(format_microseconds(0) == "0 us");
  CHECK(format_microseconds(999) == "999 us");
  CHECK(format_microseconds(12'400) == "12.4 ms");
  CHECK(format_microseconds(2'310'000) == "2.31 s");
}

TEST_CASE("base::format_size")
{
  CHECK(format_size(512) == "512 B");
  CHECK(format_size(64U << 20) == "64.0 MiB");
  CHECK(format_size(3ULL << 29) == "1.5 GiB");
}
