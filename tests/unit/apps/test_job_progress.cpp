// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/job_progress.h"

#include <doctest/doctest.h>

#include <csignal>

using namespace oopsfarm;

namespace {

/// Keeps what it was told.
class RecordingDisplay final : public Display
{
public:
  void say(const std::string& line) override { said.push_back(line); }

  void show(const std::vector<LiveStep>& steps) override { shown = steps; }

  std::vector<std::string> said;
  std::vector<LiveStep> shown;
};

} // namespace

static StepLabel build_label()
{
  return {0, true, "series", "x86_64", "mm-debug", "", 0, 0};
}

static StepLabel run_label()
{
  return {1, false, "base", "ppc64le-hash", "mm-debug", "memcg", 2, 3};
}

TEST_CASE("step_name")
{
  CHECK(step_name(build_label()) == "series x86_64 mm-debug");
  CHECK(step_name(run_label()) == "base ppc64le-hash mm-debug memcg 2/3");
  auto single = run_label();
  single.repeat = 1;
  CHECK(step_name(single) == "base ppc64le-hash mm-debug memcg");
}

TEST_CASE("JobProgress")
{
  RecordingDisplay display;
  Stop stop;
  JobProgress progress(display, stop, Colour::no);
  SUBCASE("says how much there is to do")
  {
    progress.planned(0, 1);
    progress.planned(1, 12);
    progress.planned(2, 0);
    CHECK(display.said ==
          std::vector<std::string>{"no kernel to build, 1 run",
                                   "1 kernel to build, 12 runs",
                                   "2 kernels to build, 0 runs"});
  }
  SUBCASE("shows steps while they run, and one line when each has ended")
  {
    progress.started(build_label());
    progress.started(run_label());
    progress.progress(build_label(), {"compile", 3, 10, "objects"});
    REQUIRE(display.shown.size() == 2);
    CHECK(display.shown[0].label == "build series x86_64 mm-debug");
    CHECK(display.shown[0].progress.done == 3);
    CHECK(display.shown[1].progress.phase.empty());
    CHECK(display.said.empty());

    BuildOutcome built;
    built.verdict = Verdict::pass;
    built.objects = 10;
    built.time = std::chrono::seconds(20);
    progress.built(build_label(), built);
    REQUIRE(display.shown.size() == 1);
    CHECK(display.shown[0].label == "run base ppc64le-hash mm-debug memcg 2/3");
    CHECK(display.said ==
          std::vector<std::string>{
              "built series x86_64 mm-debug: 10 objects in 20 s"});
  }
  SUBCASE("makes what others wrote printable")
  {
    progress.note("tree \x1b[2J");
    CHECK(display.said.at(0) == "tree ?[2J");
  }
  SUBCASE("on a stop, takes the live lines away first and says so once")
  {
    progress.started(run_label());
    CHECK(display.shown.size() == 1);
    stop.request(SIGINT);
    progress.tick();
    progress.tick();
    CHECK(display.shown.empty());
    REQUIRE(display.said.size() == 1);
    CHECK(display.said[0].starts_with("stopping"));
  }
}

TEST_CASE("JobProgress in colour")
{
  RecordingDisplay display;
  Stop stop;
  JobProgress progress(display, stop, Colour::yes);
  RunOutcome outcome;
  SUBCASE("marks failures and lost runs, and leaves the rest alone")
  {
    for (const auto verdict : {Verdict::pass, Verdict::crash, Verdict::infra}) {
      outcome.verdict = verdict;
      progress.ran(run_label(), outcome);
    }
    CHECK(display.said[0].find('\x1b') == std::string::npos);
    CHECK(display.said[1].starts_with("\x1b[1;31mcrash "));
    CHECK(display.said[2].starts_with("\x1b[33minfra "));
  }
}
