// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "report/text_report.h"
#include "sample.h"
#include "support/golden.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static void check_golden(const std::string& name, const std::string& text)
{
  CHECK(text == testing::golden("report/" + name, text));
}

static bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

TEST_CASE("text_table against its golden files")
{
  SUBCASE("all passed")
  {
    check_golden("passing.txt", text_table(testing::passing_report(), {}));
  }
  SUBCASE("a crash, a broken build and a lost run")
  {
    const Style style{Colour::no, "/state/runs"};
    check_golden("failing.txt", text_table(testing::failing_report(), style));
  }
  SUBCASE("the same in colour")
  {
    const Style style{Colour::yes, "/state/runs"};
    check_golden("failing-colour.txt",
                 text_table(testing::failing_report(), style));
  }
  SUBCASE("what the base has, too")
  {
    auto report = testing::failing_report();
    report.cells[3].base_has_it = true;
    CHECK(has(text_table(report, {}), "the base has it, too"));
  }
  SUBCASE("several workloads and kconfigs, patch by patch")
  {
    auto report = testing::passing_report();
    report.cells.resize(3);
    report.cells[1].kernel = "patch 1";
    report.cells[1].workload = "mlock";
    report.cells[2].kernel = "patch 2";
    report.cells[2].kconfig = "plain";
    report.cells[2].verdict = Verdict::oracle_failed;
    report.cells[2].failures = 3;
    report.cells[2].title = "oom: victim outside the group";
    check_golden("each-patch.txt", text_table(report, {}));
  }
}

TEST_CASE("text_table")
{
  SUBCASE("has no escape sequence without colour")
  {
    CHECK_FALSE(has(text_table(testing::failing_report(), {}), "\x1b"));
  }
  SUBCASE("lets none of the guest's through, with colour or without")
  {
    auto report = testing::failing_report();
    report.cells[3].title = "BUG \x1b[2J";
    report.cells[3].first_line = "\x1b]0;owned\a";
    report.cells[3].detail = "ok\x1b[1A\nok\r\x1b[K";
    report.notes = {"\x1b[31m"};
    report.patches[1].subject = "\x1b[5m";
    const auto text = text_table(report, {});
    CHECK_FALSE(has(text, "\x1b"));
    CHECK_FALSE(has(text, "\a"));
    CHECK_FALSE(has(text, "\r"));
  }
  SUBCASE("cuts a long detail and says how much")
  {
    auto report = testing::failing_report();
    report.cells[3].detail = std::string(100 * 2, '\n');
    CHECK(has(text_table(report, {}), "(170 more lines)"));
  }
  SUBCASE("does not show the first line twice when the detail begins with it")
  {
    auto report = testing::failing_report();
    report.cells[3].first_line = "kernel BUG at mm/mmap.c:3100!";
    report.cells[3].detail = report.cells[3].first_line + "\nRIP: x\n";
    const auto text = text_table(report, {});
    CHECK(text.find("kernel BUG at") == text.rfind("kernel BUG at"));
  }
  SUBCASE("names at most three runs of a failure")
  {
    auto report = testing::failing_report();
    report.cells[3].run_ids.resize(9, "20261121T101515-00b7de");
    CHECK(has(text_table(report, {}), "and 6 more runs"));
  }
  SUBCASE("shows a rate with its interval only for several observations")
  {
    auto report = testing::failing_report();
    CHECK(has(text_table(report, {}), "1/3 33% [6–79]"));
    report.cells[3].observations = 1;
    CHECK_FALSE(has(text_table(report, {}), "33%"));
  }
  SUBCASE("is not upset by a report without cells")
  {
    const auto text = text_table(JobReport{}, {});
    CHECK(has(text, "0 cells: 0 passed"));
  }
  SUBCASE("keeps every row of a terminal's usual width when all passed")
  {
    for (const auto& line :
         split_lines(text_table(testing::passing_report(), {}))) {
      CHECK(text_width(line) <= 100);
    }
  }
}

TEST_CASE("under_test")
{
  const auto report = testing::passing_report();
  SUBCASE("names the tip of a series")
  {
    CHECK(under_test(report, "series") ==
          "2 patches onto v6.1 (830b3c68c1fb), tip [2/2] mm/oom_kill: reap "
          "before exit");
  }
  SUBCASE("names one patch")
  {
    CHECK(under_test(report, "patch 1") ==
          "patch 1/2 'mm/oom_kill: name the victim' onto v6.1 "
          "(830b3c68c1fb)");
  }
  SUBCASE("names the base")
  {
    CHECK(under_test(report, "base") == "base v6.1 (830b3c68c1fb)");
  }
  SUBCASE("says no more than is known of a patch that is not there")
  {
    CHECK(under_test(report, "patch 9") == "patch 9 v6.1 (830b3c68c1fb)");
    CHECK(under_test(report, "patch x") == "patch x v6.1 (830b3c68c1fb)");
  }
}
