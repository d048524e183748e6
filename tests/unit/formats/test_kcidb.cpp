// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/kcidb.h"
#include "kcidb_rules.h"
#include "sample.h"
#include "support/golden.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using nlohmann::json;
using testing::has;

static void check_rules(const JobReport& report)
{
  const auto broken = testing::broken_kcidb_rules(kcidb_report(report));
  for (const auto& rule : broken) {
    FAIL_CHECK(rule);
  }
}

TEST_CASE("kcidb_report keeps the schema's rules")
{
  check_rules(testing::mailed_report());
  check_rules(testing::mending_report());
  check_rules(testing::passing_report());
  check_rules(testing::hostile_report());
  check_rules(JobReport{});
}

TEST_CASE("the checker finds what breaks a rule")
{
  auto data = json::parse(kcidb_report(testing::mailed_report()));
  const auto count = [&] {
    return testing::broken_kcidb_rules(data.dump()).size();
  };
  REQUIRE(count() == 0);
  SUBCASE("an origin's letters")
  {
    data["checkouts"][0]["origin"] = "Oops-Farm";
  }
  SUBCASE("an id without its origin")
  {
    data["tests"][0]["id"] = "1234";
  }
  SUBCASE("a status that is none")
  {
    data["tests"][0]["status"] = "FAILED";
  }
  SUBCASE("a time that is not RFC 3339's")
  {
    data["tests"][0]["start_time"] = "2026-11-21 10:15:00";
  }
  SUBCASE("a path with a blank")
  {
    data["tests"][0]["path"] = "oopsfarm.a b";
  }
  SUBCASE("a key that the schema does not know")
  {
    data["builds"][0]["status"] = "PASS";
  }
  SUBCASE("null")
  {
    data["builds"][0]["comment"] = nullptr;
  }
  SUBCASE("a test of no build")
  {
    data["tests"][0]["build_id"] = "oopsfarm:none";
  }
  SUBCASE("two tests of one id")
  {
    data["tests"][1]["id"] = data["tests"][0]["id"];
  }
  SUBCASE("a commit that is none")
  {
    data["checkouts"][0]["git_commit_hash"] = "v6.1";
  }
  SUBCASE("another version")
  {
    data["version"]["major"] = 3;
  }
  CHECK(count() == 1);
}

TEST_CASE("kcidb_report")
{
  const auto text = kcidb_report(testing::mailed_report());
  const auto data = json::parse(text);
  SUBCASE("is what it was")
  {
    CHECK(text == testing::golden("formats/kcidb.json", text));
  }
  SUBCASE("waives what the base has, too, and says so")
  {
    const auto& test = data["tests"].back();
    CHECK(test["waived"] == true);
    CHECK(has(test["comment"], "the base has it, too"));
    CHECK(test["status"] == "FAIL");
  }
  SUBCASE("has no test of what was not built, and a MISS for a lost one")
  {
    CHECK(data["tests"].size() == 5);
    CHECK(data["tests"][1]["status"] == "MISS");
    CHECK(data["builds"][3]["valid"] == false);
    auto report = testing::mailed_report();
    report.builds[3].outcome.verdict = Verdict::infra;
    CHECK_FALSE(
        json::parse(kcidb_report(report))["builds"][3].contains("valid"));
  }
  SUBCASE("says of a build that it breaks bisection")
  {
    const auto mended = json::parse(kcidb_report(testing::mending_report()));
    CHECK(has(mended["builds"][1]["comment"], "breaks bisection: patch 1/2"));
    CHECK(has(mended["checkouts"][2]["misc"]["words"].dump(), "Tested-by"));
  }
  SUBCASE("gives the same things the same ids")
  {
    auto report = testing::mailed_report();
    report.notes.clear();
    const auto other = json::parse(kcidb_report(report));
    CHECK(other["builds"][0]["id"] == data["builds"][0]["id"]);
    report.base_commit[0] = 'f';
    const auto another = json::parse(kcidb_report(report));
    CHECK(another["builds"][0]["id"] != data["builds"][0]["id"]);
  }
  SUBCASE("marks a series that does not apply")
  {
    auto report = testing::passing_report();
    report.builds.clear();
    report.cells.resize(4);
    report.cells.erase(report.cells.begin(), report.cells.begin() + 3);
    report.cells[0].verdict = Verdict::apply_failed;
    report.cells[0].title = "patch 1/2 does not apply";
    const auto unapplied = json::parse(kcidb_report(report));
    CHECK(unapplied["checkouts"][0]["valid"] == false);
    CHECK(unapplied["tests"].empty());
  }
}
