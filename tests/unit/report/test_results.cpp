// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/json_report.h"
#include "report/results.h"
#include "sample.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static JobReport report_with(std::vector<TestCount> results)
{
  JobReport report;
  report.cells = {testing::passing_cell("x86_64", "base")};
  report.cells[0].workload = "kselftest";
  report.cells[0].results = std::move(results);
  return report;
}

TEST_CASE("results_text shows each result of the programs")
{
  const auto text =
      results_text(report_with({{"vm:a", 3, 0, 0, ""},
                                {"vm:b", 2, 1, 0, "exit status 1"},
                                {"vm:c", 0, 0, 3, "no huge\x1b pages"}}),
                   Colour::no);
  CHECK(text == "\nkselftest on x86_64, base, mm-debug: 3 results, 1 failed, "
                "1 skipped\n"
                "  ok          vm:a\n"
                "  FAILED 1/3  vm:b # exit status 1\n"
                "  skipped     vm:c # no huge? pages\n");
}

TEST_CASE("results_text says nothing where no program ran")
{
  CHECK(results_text(report_with({}), Colour::no).empty());
}

TEST_CASE("results_text shows failures when there are too many results")
{
  std::vector<TestCount> many(100, TestCount{"a", 1, 0, 0, ""});
  many[90] = {"the one", 0, 1, 0, ""};
  const auto text = results_text(report_with(many), Colour::no);
  CHECK(text.find("FAILED  the one") != std::string::npos);
  CHECK(text.find("and 60 more (--json has them)") != std::string::npos);
}

TEST_CASE("json_cells has the results")
{
  const auto text = json_cells(report_with({{"vm:b", 2, 1, 0, "why"}}));
  CHECK(text.find(R"("results":[{"name":"vm:b","ok":2,"failed":1,"skipped":0,)"
                  R"("reason":"why"}])") != std::string::npos);
}
