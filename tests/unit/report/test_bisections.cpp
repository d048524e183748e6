// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/bisections.h"
#include "report/json_report.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static JobReport report_with(BisectedCrash crash)
{
  JobReport report;
  report.patches = {
      {1, "mm: one", "c1"}, {2, "mm: t\x1bwo", "c2"}, {3, "mm: three", "c3"}};
  crash.title = "kernel BUG in exit_mmap";
  crash.signature = "5ca1ab1e";
  crash.runs = 11;
  crash.builds = 1;
  crash.rates = {{"x86_64 mm-debug memcg", 6, 0, 0, 5}};
  report.bisections.push_back(std::move(crash));
  return report;
}

static BisectedCrash concluded(const char* conclusion,
                               std::vector<PatchInfo> culprits)
{
  BisectedCrash crash;
  crash.conclusion = conclusion;
  crash.probability = 0.9731;
  crash.culprits = std::move(culprits);
  crash.candidates = {{2, "mm: two", "c2"}, {3, "mm: three", "c3"}};
  crash.candidates_mass = 0.92;
  return crash;
}

TEST_CASE("report::bisections_text")
{
  const std::string tail =
      "  x86_64 mm-debug memcg: with it 6 of 6 runs crash, 100% [61–100]; "
      "without 0 of 5 runs crash, 0% [0–43]\n"
      "  11 runs, 1 kernel built\n";
  const auto text = [](const BisectedCrash& crash) {
    return bisections_text(report_with(crash), Colour::no);
  };
  const std::string head = "\nbisected: kernel BUG in exit_mmap\n";
  CHECK(text(concluded("culprit", {{2, "mm: t\x1bwo", "c2"}})) ==
        head + "  patch 2/3 mm: t?wo, 97.3%\n" + tail);
  CHECK(text(concluded("culprit",
                       {{2, "mm: two", "c2"}, {3, "mm: three", "c3"}})) ==
        head +
            "  patch 2/3 mm: two, 97.3%\n"
            "  patch 3/3 mm: three, or this one: what lies between does not "
            "build\n" +
            tail);
  CHECK(text(concluded("undecided", {})) == head +
                                                "  undecided; 92% lie on:\n"
                                                "    patch 2/3 mm: two\n"
                                                "    patch 3/3 mm: three\n" +
                                                tail);
  CHECK(text(concluded("base-has-it", {})) ==
        head + "  the base has it already, 97.3%\n" + tail);
  CHECK(text(concluded("not-here", {})).find("it did not come again") !=
        std::string::npos);
  CHECK(bisections_text({}, Colour::no).empty());
}

TEST_CASE("json_cells: a bisection stands before the cells")
{
  auto report = report_with(concluded("culprit", {{2, "mm: two", "c2"}}));
  report.cells.resize(1);
  const auto text = json_cells(report);
  const auto bisection = text.find("{\"kind\":\"bisection\",\"culprit\":"
                                   "{\"commit\":\"c2\",\"subject\":"
                                   "\"mm: two\",\"patch\":2}");
  REQUIRE(bisection != std::string::npos);
  CHECK(bisection < text.find("\"kind\":\"cell\""));
  CHECK(json_cells(report_with(concluded("undecided", {})))
            .find("\"culprit\":null") != std::string::npos);
}
