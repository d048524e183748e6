// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/judge.h"
#include "triage/programs.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

/// What serial 1 says when a workload ran programs to its end.
static std::string
serial1(const std::string& body, const std::string& workload, unsigned plan)
{
  return "KTAP version 1\n# oopsfarm: 1\n# workload: " + workload +
         "\n# seed: 1\n# beat: 100\n1.." + std::to_string(plan) + "\n" + body +
         "# bye: 1\n";
}

static Judgement judged(const std::string& body,
                        const std::string& workload = "exec",
                        unsigned plan = 1)
{
  KtapReader reader;
  reader.feed(serial1(body, workload, plan));
  reader.finish();
  RunEvidence run;
  run.workload.name = workload;
  run.init_reached = true;
  run.ktap = reader.report();
  return judge(run);
}

static std::string titles(const Judgement& judgement)
{
  std::string text;
  for (const auto& finding : judgement.findings) {
    text += finding.title + "\n";
  }
  return text;
}

TEST_CASE("a program passes by its exit status")
{
  const auto quiet = judged("ok 1 - p\n");
  CHECK(quiet.verdict == Verdict::pass);
  REQUIRE(quiet.results.size() == 1);
  CHECK(quiet.results[0].name == "p");
  CHECK(quiet.results[0].end == TestEnd::ok);

  const auto talks = judged("  TAP version 13\n  1..2\n  ok 1 alpha\n"
                            "  # a remark\n  some text\n"
                            "  ok 2 # SKIP beta\nok 1 - p\n");
  CHECK(talks.verdict == Verdict::pass);
  REQUIRE(talks.results.size() == 3);
  CHECK(talks.results[1].name == "p: alpha");
  CHECK(talks.results[2].name == "p: beta");
  CHECK(talks.results[2].end == TestEnd::skipped);
}

TEST_CASE("a program that was stopped need not have come to its plan's end")
{
  const std::string talk = "  TAP version 13\n  1..1\n";
  CHECK(judged(talk + "# stopped.1: 1\nok 1 - p\n").verdict == Verdict::pass);
  CHECK(judged(talk + "ok 1 - p\n").verdict == Verdict::oracle_failed);
  CHECK(judged(talk + "  not ok 1 x\n# stopped.1: 1\nok 1 - p\n").verdict ==
        Verdict::oracle_failed);
}

TEST_CASE("a program fails")
{
  SUBCASE("by its exit status")
  {
    const auto failed = judged("not ok 1 - p # exit status 3\n");
    CHECK(failed.verdict == Verdict::oracle_failed);
    CHECK(titles(failed) == "exec: p: exit status 3\n");
    CHECK(failed.results[0].end == TestEnd::failed);
    CHECK(failed.results[0].reason == "exit status 3");
  }
  SUBCASE("by a result of its own, although it exits with 0")
  {
    const auto failed =
        judged("  1..2\n  ok 1 a\n  not ok 2 b # why\nok 1 - p\n");
    CHECK(failed.verdict == Verdict::oracle_failed);
    CHECK(titles(failed) == "exec: p: b\n");
    CHECK(failed.findings[0].first_line == "not ok 2 - b # why");
    CHECK(failed.results[0].end == TestEnd::failed);
  }
  SUBCASE("by the result that its exit status is about, and not twice")
  {
    CHECK(titles(judged("  not ok 1 a\n  not ok 2 b\n"
                        "not ok 1 - p # exit status 1\n")) ==
          "exec: p: a\nexec: p: b\n");
  }
  SUBCASE("by a signal before all else")
  {
    CHECK(titles(judged("  not ok 1 a\n"
                        "not ok 1 - p # killed by signal 11 (Segfault)\n")) ==
          "exec: p: killed by signal 11 (Segfault)\nexec: p: a\n");
  }
  SUBCASE("by a plan that is not kept")
  {
    const auto failed = judged("  1..5\n  ok 1 a\nok 1 - p\n");
    CHECK(failed.verdict == Verdict::oracle_failed);
    CHECK(titles(failed) == "exec: p: broken KTAP\n");
    CHECK(failed.findings[0].first_line == "the plan says 5 results, 1 came");
  }
  SUBCASE("by two plans, or one that is no number")
  {
    CHECK(titles(judged("  1..1\n  1..2\n  ok 1 a\nok 1 - p\n")) ==
          "exec: p: broken KTAP\n");
    CHECK(titles(judged("  1..many\nok 1 - p\n")) == "exec: p: broken KTAP\n");
  }
  SUBCASE("by half a line of KTAP")
  {
    const auto failed =
        judged("  ok 1 a\n  # oopsfarm.half: ok 2 b\nok 1 - p\n");
    CHECK(titles(failed) == "exec: p: broken KTAP\n");
    CHECK(failed.findings[0].first_line == "half a line at the end: 'ok 2 b'");
  }
  SUBCASE("by a flood")
  {
    CHECK(titles(judged("  ok 1 a\n  # oopsfarm.flood: 9 KTAP lines\n"
                        "ok 1 - p\n")) == "exec: p: broken KTAP\n");
  }
  SUBCASE("by bailing out")
  {
    CHECK(titles(judged("  Bail out! no luck\nok 1 - p\n")) ==
          "exec: p: bailed out\n");
  }
}

TEST_CASE("names that our own oracles know mean nothing in programs")
{
  CHECK(titles(judged("  not ok 1 memory.current falls back\nok 1 - p\n")) ==
        "exec: p: memory.current falls back\n");
  CHECK(titles(judged("not ok 1 - count # exit status 1\n")) ==
        "exec: count: exit status 1\n");
}

TEST_CASE("a program that exercised nothing is a skip")
{
  SUBCASE("by its exit status")
  {
    CHECK(judged("ok 1 - p # SKIP exit status 4\n").verdict == Verdict::skip);
  }
  SUBCASE("by its plan")
  {
    const auto skip = judged("  1..0 # SKIP no huge pages\nok 1 - p\n");
    CHECK(skip.verdict == Verdict::skip);
    CHECK(skip.results[0].reason == "no huge pages");
  }
  SUBCASE("by all of its results")
  {
    CHECK(judged("  ok 1 # SKIP a\n  ok 2 # SKIP b\nok 1 - p\n").verdict ==
          Verdict::skip);
  }
  SUBCASE("but not when a result failed before it")
  {
    CHECK(judged("  not ok 1 a\nok 1 - p # SKIP exit status 4\n").verdict ==
          Verdict::oracle_failed);
  }
  SUBCASE("nor when another program did something")
  {
    CHECK(judged("ok 1 - a # SKIP exit status 4\nok 2 - b\n", "kselftest", 2)
              .verdict == Verdict::pass);
  }
}

TEST_CASE("results that are printed past the guest's program are no pass")
{
  const auto forged = judged("ok 1 - forged\n1..1\nok 1 - p\n");
  CHECK(forged.verdict == Verdict::oracle_failed);
  CHECK(forged.title == "workload: broken KTAP");
}

TEST_CASE("what programs print belongs to each of them")
{
  const auto two = judged("  1..1\n  ok 1 x\nok 1 - vm:a\n"
                          "  not ok 1 x\nnot ok 2 - vm:b 64 # exit status 1\n",
                          "kselftest",
                          2);
  CHECK(titles(two) == "kselftest: vm:b 64: x\n");
  REQUIRE(two.results.size() == 4);
  CHECK(two.results[1].name == "vm:a: x");
  CHECK(two.results[1].end == TestEnd::ok);
  CHECK(two.results[3].name == "vm:b 64: x");
  CHECK(two.results[3].end == TestEnd::failed);
}
