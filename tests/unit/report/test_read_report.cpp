// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "report/json_report.h"
#include "report/read_report.h"
#include "report/text_report.h"
#include "sample.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

/// A report in which everything that the lines have has a value.
static JobReport full_report()
{
  auto report = testing::failing_report();
  report.mail = {"[PATCH v2 0/2] mm: reap", "1@example.org", "Ann Ä <a@b.org>"};
  auto& cell = report.cells[3];
  cell.run_id = cell.run_ids[1];
  cell.base_has_it = true;
  cell.results = {{"vm:x", 1, 2, 0, "why"}};
  BisectedCrash crash;
  crash.title = cell.title;
  crash.signature = "60b219c2931f";
  crash.conclusion = "culprit";
  crash.probability = 0.97;
  crash.posterior = {0.02, 0.97};
  crash.culprits = {report.patches[1]};
  crash.candidates = {report.patches[1]};
  crash.candidates_mass = 0.97;
  crash.runs = 20;
  crash.builds = 2;
  crash.rates = {{"x86_64 mm-debug memcg", 9, 1, 0, 10}};
  report.bisections.push_back(crash);
  return report;
}

static std::string message_of(const std::string& lines)
{
  const auto report = parse_report(lines);
  return report ? "" : report.error().message;
}

TEST_CASE("parse_report")
{
  const auto lines = json_cells(full_report());
  SUBCASE("gives the same lines again")
  {
    const auto report = parse_report(lines);
    REQUIRE_MESSAGE(report.has_value(), report.error().message);
    CHECK(json_cells(*report) == lines);
    CHECK(report->mail.author == "Ann Ä <a@b.org>");
    CHECK(report->bisections[0].posterior[1] == 0.97);
    CHECK(report->cells[3].suspects[0].patch.number == 2);
  }
  SUBCASE("gives the same text, teardown times among it")
  {
    const auto report = parse_report(lines);
    REQUIRE(report);
    CHECK(text_table(*report, {}) == text_table(full_report(), {}));
  }
  SUBCASE("is content with what the contract names, and with later keys")
  {
    const std::string least =
        R"({"kind":"job","name":"j","later":{"a":[1]}})"
        "\n"
        R"({"kind":"later"})"
        "\n"
        R"({"kind":"cell","target":"x86_64","kernel":"base","kconfig":"plain",)"
        R"("workload":"boot","verdict":"pass","title":"","observations":1,)"
        R"("failures":0,"run_ids":[]})";
    const auto report = parse_report(least);
    REQUIRE_MESSAGE(report.has_value(), report.error().message);
    CHECK(report->job == "j");
    REQUIRE(report->cells.size() == 1);
    CHECK(report->cells[0].verdict == Verdict::pass);
  }
  SUBCASE("refuses what is no report, with its line and key")
  {
    CHECK(message_of("").find("empty") != std::string::npos);
    CHECK(message_of("{}\n") == "line 1: a report begins with an object of "
                                "kind \"job\", as `oopsfarm run --json` "
                                "prints it");
    CHECK(message_of("nonsense\n") == "line 1: not a JSON object");
    CHECK(message_of(lines + lines).find("a second job") != std::string::npos);
    CHECK(message_of("{\"kind\":\"job\",\"name\":7}") ==
          "line 1: 'name': must be a string");
    CHECK(message_of("{\"kind\":\"job\",\"name\":\"j\"}\n{\"kind\":\"cell\"}")
              .starts_with("line 2: 'target' is missing"));
  }
  SUBCASE("refuses numbers that no job has")
  {
    const auto with = [&](const char* from, const char* to) {
      return message_of(replace_all(lines, from, to));
    };
    CHECK(with("\"failures\":1", "\"failures\":4").find("'failures': 4") !=
          std::string::npos);
    CHECK(with("\"probability\":0.97", "\"probability\":7") != "");
    CHECK(with("\"posterior\":[0.02", "\"posterior\":[-1") != "");
    CHECK(with("\"observations\":3", "\"observations\":4000000000") != "");
  }
}
