// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/cron.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("check_cron")
{
  SUBCASE("takes what crontab(5) takes in numbers")
  {
    for (const char* good : {"0 2 * * *",
                             "*/15 * * * *",
                             "0,30 8-18/2 1-7 1,6,12 0-7",
                             "59 23 31 12 7"}) {
      CAPTURE(std::string(good));
      CHECK(check_cron(good).has_value());
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
      CHECK_FALSE(check_cron(bad).has_value());
    }
  }
  SUBCASE("names the field that is wrong")
  {
    CHECK(check_cron("0 25 * * *")
              .error()
              .message.starts_with("'25' is no hour (0 to 23"));
  }
  SUBCASE("counts the fields")
  {
    CHECK(check_cron("@daily").error().message.ends_with("this has 1"));
    CHECK(check_cron("").error().message.ends_with("this has 0"));
    CHECK(check_cron("* * * * * *").error().message.ends_with("this has 6"));
  }
}
