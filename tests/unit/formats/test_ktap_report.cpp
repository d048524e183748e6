// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "formats/ktap_report.h"
#include "sample.h"
#include "support/golden.h"

#include <doctest/doctest.h>

#include <regex>

using namespace oopsfarm;
using testing::has;

TEST_CASE("ktap_report")
{
  const auto ktap = ktap_report(testing::mailed_report());
  SUBCASE("is what it was")
  {
    CHECK(ktap == testing::golden("formats/report.ktap", ktap));
  }
  SUBCASE("begins with the version and the plan")
  {
    CHECK(ktap.starts_with("KTAP version 1\n1..7\n"));
  }
  SUBCASE("expects what the base has, too")
  {
    CHECK(has(ktap,
              "  not ok 2 mlock # XFAIL the base has it, too: no fault of the "
              "series\n"));
  }
  SUBCASE("has an error, and no failure, where there is no evidence")
  {
    CHECK(has(ktap, "memcg # ERROR QEMU ended before the kernel's first line"));
  }
  SUBCASE("does not say that patches build which nobody built")
  {
    CHECK(has(ktap,
              "ok 1 every patch builds # SKIP only the whole series was "
              "built\n"));
  }
  SUBCASE("fails a series that breaks bisection")
  {
    const auto mended = ktap_report(testing::mending_report());
    CHECK(has(mended, "  # breaks bisection: patch 1/2"));
    CHECK(has(mended, "  not ok 1 every patch builds\n"));
    CHECK(has(mended, "\nnot ok 3 series\n"));
    CHECK(has(mended, "# a Tested-by may be given"));
  }
  SUBCASE("has no line but of its own")
  {
    const std::regex line("( *)(KTAP version 1|1\\.\\.[0-9]+|#.*|"
                          "(not )?ok [0-9]+ [^#]*( # (SKIP|XFAIL|ERROR|TIMEOUT)"
                          "[^#]*)?)");
    for (const auto& text :
         split_lines(ktap_report(testing::hostile_report()))) {
      CHECK_MESSAGE(std::regex_match(text, line), text);
      CHECK_FALSE(text == "KTAP version 1 =?utf-8?q?=0d=0aTo:_e@x?=");
    }
  }
  SUBCASE("numbers the tests of each level from 1")
  {
    std::map<std::size_t, unsigned> next;
    for (const auto& text : split_lines(ktap)) {
      const auto depth = text.find_first_not_of(' ');
      if (text.substr(depth) == "KTAP version 1") {
        next[depth] = 1;
      }
      std::smatch match;
      const std::regex result(" *(not )?ok ([0-9]+) .*");
      if (std::regex_match(text, match, result)) {
        CHECK(std::stoul(match[2]) == next[depth]++);
      }
    }
  }
}
