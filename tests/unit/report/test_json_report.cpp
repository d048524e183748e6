// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "report/json_report.h"
#include "sample.h"
#include "support/golden.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace oopsfarm;
using nlohmann::json;

TEST_CASE("json_cells")
{
  const auto text = json_cells(testing::failing_report());
  const auto lines = split_lines(text);
  SUBCASE("is what it was")
  {
    CHECK(text == testing::golden("report/failing.json", text));
  }
  SUBCASE("is one object a line: the job, the builds, and last the cells")
  {
    REQUIRE(lines.size() == 1 + 4 + 6);
    CHECK(json::parse(lines[0])["kind"] == "job");
    CHECK(json::parse(lines[1])["kind"] == "build");
    for (std::size_t i = 5; i < lines.size(); ++i) {
      CHECK(json::parse(lines[i])["kind"] == "cell");
    }
  }
  SUBCASE("gives a cell the keys of the contract")
  {
    const auto cell = json::parse(lines[8]);
    CHECK(cell["target"] == "x86_64");
    CHECK(cell["kernel"] == "series");
    CHECK(cell["kconfig"] == "mm-debug");
    CHECK(cell["workload"] == "memcg");
    CHECK(cell["verdict"] == "crash");
    CHECK(cell["title"] == "kernel BUG in exit_mmap");
    CHECK(cell["observations"] == 3);
    CHECK(cell["failures"] == 1);
    CHECK(cell["run_ids"].size() == 3);
  }
  SUBCASE("replaces what is not UTF-8")
  {
    auto report = testing::failing_report();
    report.cells[3].title = "BUG \xff\xfe";
    const auto line = split_lines(json_cells(report))[8];
    CHECK(json::parse(line)["title"] == "BUG \ufffd\ufffd");
  }
}
