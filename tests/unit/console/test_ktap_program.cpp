// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/ktap.h"

#include <doctest/doctest.h>

#include <string>

using namespace oopsfarm;

static KtapReport read(const std::string& text)
{
  KtapReader reader;
  reader.feed("KTAP version 1\n" + text);
  reader.finish();
  return reader.report();
}

TEST_CASE("KtapReader keeps what programs printed with their result")
{
  const auto report = read("1..2\n"
                           "  1..2\n"
                           "  ok 1 a\n"
                           "# beat: 1000\n"
                           "  ok 1 b\n"
                           "      not ok 1 deeper\n"
                           "ok 1 - p\n"
                           "ok 2 - q\n");
  CHECK(report.problems.empty());
  CHECK(report.beats == 1);
  REQUIRE(report.programs.size() == 1);
  const auto& own = report.programs[0];
  CHECK(own.parent == 1);
  CHECK(own.plan == 2);
  CHECK(own.result_count == 2);
  CHECK(own.failures == 0);
  CHECK(own.problems.empty()); // numbers are not looked at
}

TEST_CASE("KtapReader takes nothing that programs print for its own")
{
  const auto report = read("1..1\n"
                           "  KTAP version 1\n"
                           "  # bye: 1\n"
                           "  # kills: 9\n"
                           "  # beat: soon\n"
                           "  Bail out! all\n"
                           "ok 1 - p\n");
  CHECK(report.problems.empty());
  CHECK_FALSE(report.bye);
  CHECK_FALSE(report.bailed_out.has_value());
  CHECK(report.facts.empty());
  CHECK(report.beats == 0);
  REQUIRE(report.programs.size() == 1);
  CHECK(report.programs[0].bailed_out == "all");
}

TEST_CASE("KtapReader bounds what it keeps of programs")
{
  std::string flood = "1..200\n";
  for (int program = 1; program <= 200; ++program) {
    for (int line = 0; line < 20; ++line) {
      flood += "  ok 1 " + std::string(2000, 'x') + "\n";
    }
    flood += "ok " + std::to_string(program) + " - p\n";
  }
  const auto report = read(flood);
  CHECK(report.programs.size() == 128);
  CHECK(report.programs[0].result_count == 20);
  CHECK(report.programs[0].results[0].name.size() <= 256 + 8);

  std::string one = "1..1\n";
  for (int line = 0; line < 5000; ++line) {
    one += "  ok 1 x\n  1..x\n";
  }
  const auto many = read(one + "ok 1 - p\n");
  REQUIRE(many.programs.size() == 1);
  CHECK(many.programs[0].result_count == 5000);
  CHECK(many.programs[0].results.size() == 1024);
  CHECK(many.programs[0].problems.size() == 8);
}
