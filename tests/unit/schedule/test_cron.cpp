// SPDX-License-Identifier: GPL-2.0-or-later
#include "schedule/cron.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("parse_cron")
{
  SUBCASE("takes what crontab(5) takes in numbers")
  {
    for (const char* good : {"0 2 * * *",
                             "*/15 * * * *",
                             "0,30 8-18/2 1-7 1,6,12 0-7",
                             "59 23 31 12 7"}) {
      CAPTURE(std::string(good));
      CHECK(parse_cron(good).has_value());
    }
  }
  SUBCASE("refuses fields out of range or of another form")
  {
    for (const char* bad : {"60 * * * *",
                            "* 24 * * *",
                            "* * 0 * *",
                            "* * * 13 *",
                            "* * * * 8",
                            "5-1 * * * *",
                            "*/0 * * * *",
                            "1,,2 * * * *",
                            "- * * * *",
                            "1- * * * *",
                            "* * * * mon",
                            "-1 * * * *"}) {
      CAPTURE(std::string(bad));
      CHECK_FALSE(parse_cron(bad).has_value());
    }
  }
  SUBCASE("names the field that is wrong")
  {
    CHECK(parse_cron("0 25 * * *")
              .error()
              .message.starts_with("'25' is no hour (0 to 23"));
  }
  SUBCASE("counts the fields")
  {
    CHECK(parse_cron("@daily").error().message.ends_with("this has 1"));
    CHECK(parse_cron("").error().message.ends_with("this has 0"));
    CHECK(parse_cron("* * * * * *").error().message.ends_with("this has 6"));
  }
}

TEST_CASE("parse_cron gives the values that are meant")
{
  const auto cron = *parse_cron("5,10-20/5 8-18/4 1,31 2-3 7");
  CHECK(cron.minutes ==
        ((1ULL << 5) | (1ULL << 10) | (1ULL << 15) | (1ULL << 20)));
  CHECK(cron.hours == ((1U << 8) | (1U << 12) | (1U << 16)));
  CHECK(cron.days == ((1U << 1) | (1U << 31)));
  CHECK(cron.months == ((1U << 2) | (1U << 3)));
  CHECK((cron.weekdays & 1U) == 1U); // 7 is Sunday
  CHECK(parse_cron("0 5/6 * * *")->hours ==
        ((1U << 5) | (1U << 11) | (1U << 17) | (1U << 23)));
}

TEST_CASE("Cron::has_day")
{
  SUBCASE("wants both fields where one of them is free")
  {
    const auto mondays = *parse_cron("0 2 * * 1");
    CHECK(mondays.has_day(11, 23, 1));
    CHECK_FALSE(mondays.has_day(11, 23, 2));
    const auto first = *parse_cron("0 2 1 * *");
    CHECK(first.has_day(11, 1, 5));
    CHECK_FALSE(first.has_day(11, 2, 5));
  }
  SUBCASE("is content with one where both are given")
  {
    const auto either = *parse_cron("0 2 13 * 5");
    CHECK(either.has_day(11, 13, 2));
    CHECK(either.has_day(11, 20, 5));
    CHECK_FALSE(either.has_day(11, 14, 6));
  }
}

TEST_CASE("parse_cron refuses days that no year has")
{
  for (const char* bad : {"0 2 30 2 *", "0 2 31 4,6,9,11 *"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(parse_cron(bad).has_value());
  }
  CHECK(parse_cron("0 2 29 2 *").has_value());
  CHECK(parse_cron("0 2 30 2 1").has_value()); // Mondays in February
}
