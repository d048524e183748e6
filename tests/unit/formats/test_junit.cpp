// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "formats/junit.h"
#include "sample.h"
#include "support/golden.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using testing::has;

TEST_CASE("junit_report")
{
  const auto xml = junit_report(testing::mailed_report());
  SUBCASE("is what it was")
  {
    CHECK(xml == testing::golden("formats/junit.xml", xml));
  }
  SUBCASE("counts failures, errors and skips apart")
  {
    CHECK(has(xml,
              "<testsuites name=\"oom-reaper-v2\" tests=\"8\" failures=\"3\" "
              "errors=\"1\" skipped=\"2\""));
  }
  SUBCASE("skips what the base has, too, and says so")
  {
    CHECK(has(xml,
              "<skipped message=\"the base has it, too: no fault of the "
              "series: hang in mlock\"/>"));
  }
  SUBCASE("does not say that patches build which nobody built")
  {
    CHECK(has(xml, "<skipped message=\"only the whole series was built\"/>"));
  }
  SUBCASE("fails a series that breaks bisection")
  {
    const auto mended = junit_report(testing::mending_report());
    CHECK(has(mended,
              "message=\"breaks bisection\">breaks bisection: patch "
              "1/2"));
    CHECK(has(mended, "a Tested-by may be given"));
  }
  SUBCASE("has no markup but its own")
  {
    const auto hostile = junit_report(testing::hostile_report());
    CHECK_FALSE(has(hostile, "<script"));
    CHECK_FALSE(has(hostile, "]]>"));
    CHECK_FALSE(has(hostile, "\x1b"));
    CHECK_FALSE(has(hostile, "\a"));
    CHECK(has(hostile, "&lt;script&gt;"));
  }
}
