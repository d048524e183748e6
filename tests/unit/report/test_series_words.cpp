// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "report/series_words.h"
#include "report/text_report.h"
#include "sample.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

/// Of one target: the base failed `failed` times of `base`, the series never
/// of `series`.
static JobReport mending_report(unsigned failed, unsigned base, unsigned series)
{
  auto report = testing::passing_report();
  report.cells = {report.cells[0], report.cells[3]};
  auto& before = report.cells[0];
  before.verdict = Verdict::crash;
  before.title = "kernel BUG in exit_mmap";
  before.signatures = {"60b219c2931f"};
  before.failures = failed;
  before.observations = base;
  report.cells[1].observations = series;
  return report;
}

TEST_CASE("absent_problems")
{
  SUBCASE("has Fisher's figure for one cell")
  {
    const auto problems = absent_problems(mending_report(3, 5, 5));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].p == doctest::Approx(10.0 / 120)); // C(5,3) / C(10,3)
    CHECK_FALSE(problems[0].is_mended);
    CHECK(absent_problem_text(problems[0]) ==
          "without the series in 3 of 5 runs, with it in none of 5: p = 0.083");
  }
  SUBCASE("is mended at the bound, and not beside it")
  {
    CHECK(absent_problems(mending_report(1, 1, 99))[0].is_mended);
    CHECK_FALSE(absent_problems(mending_report(1, 1, 98))[0].is_mended);
    CHECK(absent_problems(mending_report(5, 5, 5))[0].is_mended);
    CHECK_FALSE(absent_problems(mending_report(4, 4, 4))[0].is_mended);
  }
  SUBCASE("counts the cells of one problem together")
  {
    auto report = mending_report(4, 4, 4);
    const auto one = report;
    report.cells.insert(report.cells.end(), one.cells.begin(), one.cells.end());
    report.cells[2].target = report.cells[3].target = "ppc64le-hash";
    const auto problems = absent_problems(report);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].p == doctest::Approx(1.0 / (70 * 70)));
    CHECK(problems[0].where ==
          "x86_64 mm-debug memcg, ppc64le-hash mm-debug memcg");
    CHECK(problems[0].is_mended);
  }
  SUBCASE("asks more of each of two problems")
  {
    auto report = mending_report(1, 1, 99);
    const auto one = report;
    report.cells.insert(report.cells.end(), one.cells.begin(), one.cells.end());
    report.cells[2].target = report.cells[3].target = "ppc64le-hash";
    report.cells[2].signatures = {"another"};
    const auto problems = absent_problems(report);
    REQUIRE(problems.size() == 2);
    CHECK_FALSE(problems[0].is_mended);
  }
  SUBCASE("is empty where the tip shows it still, there or elsewhere")
  {
    auto report = mending_report(5, 5, 5);
    report.cells[1].failures = 1;
    CHECK(absent_problems(report).empty());
    report = mending_report(5, 5, 5);
    report.cells.push_back(report.cells[0]);
    report.cells[2].kernel = "series";
    report.cells[2].workload = "mlock";
    CHECK(absent_problems(report).empty());
  }
  SUBCASE("is empty where the tip says nothing")
  {
    CHECK(absent_problems(mending_report(5, 5, 0)).empty());
    auto report = mending_report(5, 5, 5);
    report.cells[1].verdict = Verdict::skip;
    CHECK(absent_problems(report).empty());
    CHECK(absent_problems(testing::passing_report()).empty());
    CHECK(absent_problems(JobReport{}).empty());
  }
}

TEST_CASE("offers_tested_by")
{
  auto report = mending_report(5, 5, 5);
  SUBCASE("where a problem is mended")
  {
    CHECK(offers_tested_by(report));
    CHECK(has(text_table(report, {}), "a Tested-by may be given"));
    CHECK(has(text_table(report, {}), "p = 0.004"));
  }
  SUBCASE("not where nothing was seen before")
  {
    CHECK_FALSE(offers_tested_by(testing::passing_report()));
    CHECK_FALSE(offers_tested_by(mending_report(4, 4, 4)));
    CHECK(has(text_table(mending_report(4, 4, 4), {}), "not seen again"));
  }
  SUBCASE("not where the series has a failure of its own")
  {
    report.cells.push_back(report.cells[1]);
    report.cells[2].workload = "mlock";
    report.cells[2].verdict = Verdict::hang;
    CHECK_FALSE(offers_tested_by(report));
    report.cells[2].base_has_it = true;
    CHECK(offers_tested_by(report));
  }
  SUBCASE("of the last patch where each was tested")
  {
    report.cells[1].kernel = "patch 2";
    CHECK(tip_kernel(report) == "patch 2");
    CHECK(offers_tested_by(report));
    report.cells[1].kernel = "patch 1";
    CHECK_FALSE(offers_tested_by(report));
  }
}

static KernelBuild build_of(const char* kernel, Verdict verdict)
{
  auto build = testing::sample_build(kernel, Arch::x86_64, false);
  build.outcome.verdict = verdict;
  build.outcome.title = "mm/oom_kill.c:12:3: error: unknown type name 'foo'";
  return build;
}

TEST_CASE("broken_steps")
{
  auto report = testing::passing_report();
  report.cells.clear();
  report.builds = {build_of("base", Verdict::pass),
                   build_of("patch 1", Verdict::build_failed),
                   build_of("patch 2", Verdict::pass)};
  SUBCASE("names a patch that does not build where the tip does")
  {
    REQUIRE(broken_steps(report).size() == 1);
    CHECK(series_words(report)[0] ==
          "breaks bisection: patch 1/2 'mm/oom_kill: name the victim' does not "
          "build for x86_64, mm-debug, though the base and the whole series "
          "do: mm/oom_kill.c:12:3: error: unknown type name 'foo'");
    CHECK(has(text_table(report, {}), "\nbreaks bisection: patch 1/2"));
  }
  SUBCASE("not one where the tip does not build, either")
  {
    report.builds[2].outcome.verdict = Verdict::build_failed;
    CHECK(broken_steps(report).empty());
  }
  SUBCASE("not one where the base does not")
  {
    report.builds[0].outcome.verdict = Verdict::build_failed;
    CHECK(broken_steps(report).empty());
  }
  SUBCASE("not one that the farm failed to build")
  {
    report.builds[1].outcome.verdict = Verdict::infra;
    CHECK(broken_steps(report).empty());
  }
  SUBCASE("not selftests, which are no kernel")
  {
    for (auto& build : report.builds) {
      build.kconfig = "kselftest";
    }
    CHECK(broken_steps(report).empty());
  }
}
