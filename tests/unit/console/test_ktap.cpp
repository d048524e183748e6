// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/ktap.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace oopsfarm;

static KtapReport read(std::string_view text, std::size_t chunk = 4096)
{
  KtapReader reader;
  for (std::size_t at = 0; at < text.size(); at += chunk) {
    reader.feed(text.substr(at, chunk));
  }
  reader.finish();
  return reader.report();
}

static bool has_problem(const KtapReport& report, std::string_view words)
{
  return std::any_of(report.problems.begin(),
                     report.problems.end(),
                     [&](const std::string& problem) {
                       return problem.find(words) != std::string::npos;
                     });
}

static const std::string good = "KTAP version 1\r\n"
                                "# oopsfarm: 1\r\n"
                                "# workload: memcg\r\n"
                                "# seed: 7\r\n"
                                "# param.procs: 4\r\n"
                                "1..3\r\n"
                                "# beat: 1000\r\n"
                                "# kill: pid=12 group=/t/a teardown_us=5321\r\n"
                                "# beat: 2500\r\n"
                                "ok 1 - oom kills happened\r\n"
                                "not ok 2 - members only # pid 1 died\r\n"
                                "ok 3 - thp # SKIP no huge pages\r\n"
                                "# kills: 1\r\n"
                                "# bye: 1\r\n";

TEST_CASE("KtapReader reads a whole report")
{
  const auto report = read(good);
  CHECK(report.version_seen);
  CHECK(report.protocol == 1);
  CHECK(report.workload == "memcg");
  CHECK(report.seed == 7);
  CHECK(report.plan == 3);
  REQUIRE(report.results.size() == 3);
  CHECK(report.results[0].ok);
  CHECK(report.results[0].name == "oom kills happened");
  CHECK_FALSE(report.results[1].ok);
  CHECK(report.results[1].name == "members only");
  CHECK(report.results[1].reason == "pid 1 died");
  CHECK(report.results[2].skip);
  CHECK(report.results[2].reason == "no huge pages");
  CHECK(report.failures == 1);
  CHECK(report.skips == 1);
  CHECK(report.facts.at("kills") == "1");
  CHECK(report.facts.at("param.procs") == "4");
  CHECK(report.facts.count("beat") == 0);
  CHECK(report.beats == 2);
  CHECK(report.last_beat_ms == 2500);
  CHECK(report.longest_gap_ms == 1500);
  REQUIRE(report.kills.size() == 1);
  CHECK(report.kills[0].pid == 12);
  CHECK(report.kills[0].group == "/t/a");
  CHECK(report.kills[0].teardown_us == 5321);
  CHECK(report.bye);
  CHECK(report.problems.empty());
}

TEST_CASE("KtapReader gives the same report whatever the chunking")
{
  for (const std::size_t chunk : {1, 2, 5, 13}) {
    const auto report = read(good, chunk);
    CHECK(report.results.size() == 3);
    CHECK(report.facts == read(good).facts);
    CHECK(report.bye);
    CHECK(report.problems.empty());
  }
}

TEST_CASE("KtapReader notes what is wrong")
{
  SUBCASE("fewer results than planned")
  {
    CHECK(has_problem(read("KTAP version 1\n1..2\nok 1 - a\n"),
                      "the plan says 2 results, 1 came"));
  }

  SUBCASE("a doubled, a missing and an unordered number")
  {
    CHECK(has_problem(read("1..2\nok 1 - a\nok 1 - a\n"), "result 1 where 2"));
    CHECK(has_problem(read("1..2\nok 1 - a\nok 3 - a\n"), "result 3 where 2"));
  }

  SUBCASE("half a line at the end, which counts for nothing")
  {
    const auto report = read("KTAP version 1\n1..1\nok 1 - fin");
    CHECK(has_problem(report, "half a line at the end: 'ok 1 - fin'"));
    CHECK(report.results.empty());
  }

  SUBCASE("a plan that is no number, or comes twice")
  {
    CHECK(has_problem(read("1..x\n"), "no number"));
    CHECK(has_problem(read("1..1\n1..1\nok 1\n"), "a second plan"));
  }

  SUBCASE("a second header: init ran again")
  {
    CHECK(has_problem(read("KTAP version 1\nKTAP version 1\n"), "ran twice"));
  }

  SUBCASE("output after the farewell, which is then none")
  {
    const auto report = read("# bye: 1\nok 1 - late\n");
    CHECK(has_problem(report, "after '# bye'"));
    CHECK_FALSE(report.bye);
  }

  SUBCASE("numbers that are none")
  {
    CHECK(has_problem(read("# beat: soon\n"), "heartbeat"));
    CHECK(has_problem(read("# kill: group=/a\n"), "without its pid"));
    CHECK(read("ok 99999999999999999999 - big\n").results[0].number == 0);
  }
}

TEST_CASE("KtapReader passes over what is not its own")
{
  SUBCASE("nested KTAP does not count, its parent does")
  {
    const auto report = read("1..1\n    KTAP version 1\n    1..2\n"
                             "    not ok 1 - inner\nok 1 - outer\n");
    CHECK(report.results.size() == 1);
    CHECK(report.failures == 0);
    CHECK(report.problems.empty());
  }

  SUBCASE("remarks for people are no facts")
  {
    const auto report = read("# Totals: pass:1\n# hello world\nplain text\n");
    CHECK(report.facts.empty());
    CHECK(report.problems.empty());
  }

  SUBCASE("an expected failure is none")
  {
    CHECK(read("not ok 1 - x # TODO later\n").failures == 0);
  }
}

TEST_CASE("KtapReader knows a skipped plan and a bail-out")
{
  CHECK(read("1..0 # SKIP no controller\n").plan_skip);
  CHECK(read("Bail out! no memory\n").bailed_out == "no memory");
}

TEST_CASE("KtapReader keeps within its bounds")
{
  std::string flood;
  for (int i = 1; i <= 6000; ++i) {
    const auto number = std::to_string(i);
    flood += "ok " + number + " - x\n# k" + number +
             ": v\n# kill: pid=" + number + "\n# beat: x\n";
  }
  const auto report = read(flood);
  CHECK(report.results.size() == KtapLimits{}.results);
  CHECK(report.result_count == 6000);
  CHECK(report.facts.size() == KtapLimits{}.facts);
  CHECK(report.kills.size() == KtapLimits{}.kills);
  CHECK(report.kill_count == 6000);
  CHECK(report.problems.size() == KtapLimits{}.problems);
}
