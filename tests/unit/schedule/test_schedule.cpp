// SPDX-License-Identifier: GPL-2.0-or-later
#include "schedule/due.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using namespace std::chrono_literals;

/// Midnight UTC of a day, and later.
static Instant utc(int year, unsigned month, unsigned day)
{
  return std::chrono::sys_days(std::chrono::year(year) / month / day);
}

static Schedule schedule(const char* cron, const char* zone = "Europe/Berlin")
{
  auto made = Schedule::parse(schedule_in_zone(cron, zone));
  REQUIRE(made.has_value());
  return *std::move(made);
}

TEST_CASE("schedule::Schedule::next")
{
  const auto at_two = schedule("0 2 * * *");
  SUBCASE("is the next time that the wall's clock shows it")
  {
    CHECK(at_two.next(utc(2026, 11, 22)) == utc(2026, 11, 22) + 1h);
    CHECK(at_two.next(utc(2026, 11, 22) + 1h) == utc(2026, 11, 23) + 1h);
    CHECK(at_two.next(utc(2026, 7, 1)) == utc(2026, 7, 2));
    CHECK(schedule("0 2 * * *", "UTC").next(utc(2026, 7, 1)) ==
          utc(2026, 7, 1) + 2h);
    CHECK(schedule("0 2 * * *", "Asia/Kolkata").next(utc(2026, 7, 1)) ==
          utc(2026, 7, 1) + 20h + 30min);
  }
  SUBCASE("comes at the end of an hour that is skipped")
  {
    // 2026-03-29: 02:00 CET is 03:00 CEST, 01:00 UTC
    const auto half_past = schedule("30 2 * * *");
    CHECK(half_past.next(utc(2026, 3, 28) + 12h) == utc(2026, 3, 29) + 1h);
    CHECK(half_past.local(utc(2026, 3, 29) + 1h) == "2026-03-29 03:00 CEST");
    CHECK(half_past.next(utc(2026, 3, 29) + 1h) == utc(2026, 3, 30) + 30min);
  }
  SUBCASE("takes many times in a skipped hour for one")
  {
    const auto often = schedule("*/20 * * * *");
    CHECK(often.next(utc(2026, 3, 29) + 59min) == utc(2026, 3, 29) + 60min);
    CHECK(often.next(utc(2026, 3, 29) + 60min) == utc(2026, 3, 29) + 80min);
  }
  SUBCASE("comes once in an hour that is shown twice")
  {
    // 2026-10-25: 03:00 CEST is 02:00 CET, 01:00 UTC
    const auto half_past = schedule("30 2 * * *");
    CHECK(half_past.next(utc(2026, 10, 24) + 12h) == utc(2026, 10, 25) + 30min);
    CHECK(half_past.next(utc(2026, 10, 25) + 30min) ==
          utc(2026, 10, 26) + 90min);
  }
  SUBCASE("finds days that are years ahead")
  {
    const auto leap = schedule("0 0 29 2 *", "UTC");
    CHECK(leap.next(utc(2026, 1, 1)) == utc(2028, 2, 29));
    CHECK(leap.next(utc(2096, 3, 1)) == utc(2104, 2, 29));
  }
  SUBCASE("comes once a day, whatever the clocks do")
  {
    auto at = utc(2026, 1, 1);
    for (int day = 0; day < 365; ++day) {
      const auto next = at_two.next(at);
      const auto hours = (next - at) / 1h;
      CHECK(((day == 0) || (hours >= 23 && hours <= 25)));
      at = next;
    }
    CHECK(at_two.local(at) == "2026-12-31 02:00 CET");
  }
}

TEST_CASE("schedule::Schedule::parse takes UTC where no zone stands")
{
  const auto made = Schedule::parse("0 2 * * *");
  REQUIRE(made.has_value());
  CHECK(made->next(utc(2026, 7, 1)) == utc(2026, 7, 1) + 2h);
  CHECK_FALSE(Schedule::parse("CRON_TZ=Europe/Berlin").has_value());
  CHECK_FALSE(Schedule::parse("CRON_TZ= 0 2 * * *").has_value());
}

TEST_CASE("schedule::Schedule::parse refuses zones that are not there")
{
  for (const char* bad :
       {"Europe/Nowhere", "../../etc/passwd", "Mars/Olympus"}) {
    CAPTURE(std::string(bad));
    const auto made = Schedule::parse(schedule_in_zone("0 2 * * *", bad));
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().message.find("no time zone") != std::string::npos);
  }
}

TEST_CASE("schedule::what_is_due")
{
  const auto at_two = schedule("0 2 * * *", "UTC");
  const auto settled = utc(2026, 11, 20) + 2h;
  const auto ask = [&](Instant now, bool is_running = false) {
    return what_is_due(at_two, settled, now, is_running);
  };
  SUBCASE("waits until it is time")
  {
    const auto due = ask(utc(2026, 11, 21) + 119min);
    CHECK(due.action == DueAction::wait);
    CHECK(due.at == settled);
    CHECK(due.next == utc(2026, 11, 21) + 2h);
  }
  SUBCASE("starts on the minute")
  {
    const auto due = ask(utc(2026, 11, 21) + 2h);
    CHECK(due.action == DueAction::start);
    CHECK(due.at == utc(2026, 11, 21) + 2h);
    CHECK(due.next == utc(2026, 11, 22) + 2h);
    CHECK(due.missed == 0);
  }
  SUBCASE("starts one night for several that were missed")
  {
    const auto due = ask(utc(2026, 11, 24) + 9h);
    CHECK(due.action == DueAction::start);
    CHECK(due.at == utc(2026, 11, 24) + 2h);
    CHECK(due.missed == 3);
    CHECK(what_is_due(at_two, due.at, utc(2026, 11, 24) + 9h, false).action ==
          DueAction::wait);
  }
  SUBCASE("leaves out what is due while the last one runs")
  {
    const auto due = ask(utc(2026, 11, 21) + 2h, true);
    CHECK(due.action == DueAction::leave_out);
    CHECK(due.at == utc(2026, 11, 21) + 2h);
  }
  SUBCASE("begins no night twice when the clock is put back")
  {
    const auto now = settled - 30h;
    const auto due = ask(now);
    CHECK(due.action == DueAction::wait);
    CHECK(due.next == utc(2026, 11, 21) + 2h);
  }
  SUBCASE("begins anew after a clock that was years ahead")
  {
    const auto now = utc(2020, 1, 1);
    const auto due = ask(now);
    CHECK(due.action == DueAction::wait);
    CHECK(due.next == utc(2020, 1, 1) + 2h);
  }
  SUBCASE("finds the last of very many")
  {
    const auto minutes = schedule("* * * * *", "UTC");
    const auto now = settled + std::chrono::hours(24 * 400);
    const auto due = what_is_due(minutes, settled, now, false);
    CHECK(due.at == now);
    CHECK(due.missed == 1000);
    const auto weekly = schedule("0 2 * * 1", "UTC");
    const auto late = what_is_due(
        weekly, settled, settled + std::chrono::hours(24 * 7 * 1200), false);
    CHECK(weekly.next(late.at - 1min) == late.at);
    CHECK(late.next > settled + std::chrono::hours(24 * 7 * 1200));
  }
}
