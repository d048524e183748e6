// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/bisections.h"
#include "report/posterior_plot.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("plot_blocks")
{
  CHECK(plot_blocks({}, 80).empty());
  CHECK(plot_blocks({0.001, 0.9, 0.09, 0.001}, 80) == " █▁ ");
  CHECK(plot_blocks({0.2, 0.2, 0.2, 0.2}, 2) == "██");
  CHECK(plot_blocks({0, 0}, 80) == "  ");
}

TEST_CASE("check_text")
{
  BisectedCheck check;
  check.runs = 5;
  check.confirms = true;
  CHECK(check_text(check, false) ==
        "gone with it reverted on the bad end (5 runs pass)");
  check.confirms = false;
  check.crashes = 1;
  CHECK(check_text(check, false).find("1 of 5 runs") != std::string::npos);
  check.confirms = true;
  CHECK(check_text(check, true).find("is back") != std::string::npos);
  check.why_not = "it is a merge";
  CHECK(check_text(check, true) ==
        "not confirmed by reverting it: it is a merge");
}

TEST_CASE("bisections_text of what is no series")
{
  BisectedCrash crash;
  crash.mode = "range";
  crash.title = "kernel BUG in x";
  crash.conclusion = "culprit";
  crash.probability = 0.97;
  crash.culprits = {{0, "mm: fix it", std::string(40, 'a')}};
  crash.is_fix = true;
  crash.signatures = {"one", "two"};
  crash.posterior = {0.01, 0.98, 0.01};
  crash.scope = "seen on x86_64";
  crash.change = "@@ x\n-+y\n";
  JobReport report;
  report.bisections.push_back(crash);
  const auto text = bisections_text(report, Colour::no);
  CHECK(text.find("aaaaaaaaaaaa mm: fix it fixed it, 97.0%") !=
        std::string::npos);
  CHECK(text.find("counted as the same crash: one, two") != std::string::npos);
  CHECK(text.find("  seen on x86_64\n") != std::string::npos);
  CHECK(text.find("▁█▁") != std::string::npos);
  CHECK(text.find("    -+y\n") != std::string::npos);
}
