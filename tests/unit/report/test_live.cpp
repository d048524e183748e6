// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/live.h"
#include "report/table.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("time_left")
{
  SUBCASE("goes on at the phase's pace")
  {
    CHECK(time_left({"compile", 25, 100, "objects"}, seconds(10)) ==
          seconds(30));
    CHECK(time_left({"compile", 100, 100, "objects"}, seconds(10)) ==
          seconds(0));
  }
  SUBCASE("does not guess from too little")
  {
    CHECK_FALSE(time_left({"compile", 0, 100, ""}, seconds(10)));
    CHECK_FALSE(time_left({"compile", 50, 0, ""}, seconds(10)));
    CHECK_FALSE(time_left({"compile", 50, 100, ""}, milliseconds(1900)));
    CHECK_FALSE(time_left({"compile", 101, 100, ""}, seconds(10)));
  }
  SUBCASE("does not overflow on what a broken step claims")
  {
    const auto left =
        time_left({"compile", 1, ~0ULL, ""}, std::chrono::hours(1000));
    REQUIRE(left);
    CHECK(*left <= std::chrono::hours(240));
  }
}

TEST_CASE("clock_text")
{
  CHECK(clock_text(milliseconds(7999)) == "0:07");
  CHECK(clock_text(minutes(4) + seconds(37)) == "4:37");
  CHECK(clock_text(minutes(62) + seconds(3)) == "1:02:03");
  CHECK(clock_text(milliseconds(-5)) == "0:00");
}

TEST_CASE("cut_text")
{
  CHECK(cut_text("abc", 3) == "abc");
  CHECK(cut_text("abcd", 3) == "ab…");
  CHECK(cut_text("äöü", 3) == "äöü");
  CHECK(cut_text("äöüß", 3) == "äö…");
  CHECK(cut_text("abc", 1) == "…");
  CHECK(cut_text("abc", 0).empty());
}

TEST_CASE("live_line")
{
  LiveStep step{"build series x86_64 mm-debug",
                {"compile", 312, 1248, "objects"},
                seconds(45),
                seconds(30)};
  SUBCASE("shows a bar and the time left where a total is known")
  {
    CHECK(live_line(step, 30, 120, 0) ==
          "build series x86_64 mm-debug    compile  [####............] "
          "312/1248 objects  0:45, 1:30 left");
  }
  SUBCASE("shows a spinner that turns where no total is known")
  {
    step.progress = {"boot", 0, 0, ""};
    CHECK(live_line(step, 0, 120, 0) ==
          "build series x86_64 mm-debug  boot     |  0:45");
    CHECK(live_line(step, 0, 120, 1) ==
          "build series x86_64 mm-debug  boot     /  0:45");
    CHECK(live_line(step, 0, 120, 4) == live_line(step, 0, 120, 0));
  }
  SUBCASE("counts without a total")
  {
    step.progress = {"memcg", 12, 0, "kills"};
    CHECK(live_line(step, 0, 120, 0) ==
          "build series x86_64 mm-debug  memcg    | 12 kills  0:45");
  }
  SUBCASE("is never wider than the terminal")
  {
    for (std::size_t width = 0; width < 100; ++width) {
      CHECK(text_width(live_line(step, 30, width, 0)) <= width);
    }
  }
  SUBCASE("lets nothing through that moves the cursor or is two columns wide")
  {
    step.progress = {"\x1b[2J\n漢字", 7, 0, "\r\t€"};
    const auto line = live_line(step, 0, 200, 0);
    for (const char c : line) {
      CHECK(c >= ' ');
      CHECK(c <= '~');
    }
  }
  SUBCASE("survives more done than there is")
  {
    step.progress = {"compile", 11, 10, "objects"};
    CHECK(live_line(step, 0, 120, 0) ==
          "build series x86_64 mm-debug  compile  | 11 objects  0:45");
  }
}

TEST_CASE("built_line")
{
  BuildOutcome outcome;
  outcome.time = seconds(25);
  SUBCASE("says what was compiled")
  {
    outcome.verdict = Verdict::pass;
    outcome.objects = 312;
    CHECK(built_line("series x86_64 mm-debug", outcome) ==
          "built series x86_64 mm-debug: 312 objects in 25 s");
    outcome.objects = 1;
    CHECK(built_line("base x86_64 plain", outcome) ==
          "built base x86_64 plain: 1 object in 25 s");
  }
  SUBCASE("says why it was not")
  {
    outcome.verdict = Verdict::build_failed;
    outcome.title = "mm/oom_kill.c:12: error: x\x1b[31m";
    CHECK(built_line("series x86_64 plain", outcome) ==
          "build-failed series x86_64 plain: mm/oom_kill.c:12: error: x?[31m");
  }
}

TEST_CASE("ran_line")
{
  RunOutcome outcome;
  outcome.wall = milliseconds(6200);
  outcome.kills = 20;
  SUBCASE("is short when all went well")
  {
    outcome.verdict = Verdict::pass;
    CHECK(ran_line("base x86_64 memcg 1/3", outcome) ==
          "pass base x86_64 memcg 1/3: 20 kills in 6.2 s");
  }
  SUBCASE("has the failure's title")
  {
    outcome.verdict = Verdict::crash;
    outcome.title = "kernel BUG in exit_mmap";
    outcome.kills = 1;
    CHECK(ran_line("series x86_64 memcg", outcome) ==
          "crash series x86_64 memcg: kernel BUG in exit_mmap: 1 kill in "
          "6.2 s");
  }
}
