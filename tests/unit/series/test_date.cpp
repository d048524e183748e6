// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/date.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("series::normalize_date")
{
  CHECK(normalize_date("Mon, 6 Nov 2023 10:11:12 +0100") ==
        "Mon, 06 Nov 2023 10:11:12 +0100");
  CHECK(normalize_date("6 nov 2023 10:11:12 -0730 (XYZ)") ==
        "Mon, 06 Nov 2023 10:11:12 -0730");
  CHECK(normalize_date("Thu, 29 Feb 2024 23:59 GMT") ==
        "Thu, 29 Feb 2024 23:59:00 +0000");

  SUBCASE("what can't be read is always the same date")
  {
    for (const char* bad : {"",
                            "yesterday",
                            "Mon, 31 Feb 2023 10:11:12 +0000",
                            "Mon, 6 Nov 2023 25:11:12 +0000",
                            "Mon, 6 Nov 1066 10:11:12 +0000",
                            "Mon, 6 Foo 2023 10:11:12 +0000",
                            "6 Nov 2023 10:11:12 +9999",
                            "6 Nov 2023",
                            "99999999999 Nov 2023 10:11:12 +0000"}) {
      CAPTURE(bad);
      CHECK(normalize_date(bad) == "Sat, 01 Jan 2000 00:00:00 +0000");
    }
  }
}
