// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/night_record.h"
#include "support/night_farm.h"

using namespace oopsfarm;
using namespace oopsfarm::testing;

static ObservedRun run_of(const std::string& workload,
                          Verdict verdict,
                          const std::string& signature = "",
                          std::vector<std::uint64_t> teardown_us = {})
{
  ObservedRun run;
  run.label.target = "x86_64";
  run.label.kernel = "base";
  run.label.kconfig = "mm-debug";
  run.label.workload = workload;
  run.outcome.verdict = verdict;
  run.outcome.title = "a title";
  run.outcome.run_id = "run-" + workload;
  run.outcome.teardown_us = std::move(teardown_us);
  if (!signature.empty()) {
    Finding first;
    first.title = "BUG: " + signature;
    first.signature = signature;
    Finding second;
    second.title = "BUG: what followed";
    second.signature = "follow-on";
    run.outcome.findings = {first, second};
  }
  return run;
}

TEST_CASE("daemon::night_of")
{
  const std::vector<ObservedRun> runs = {
      run_of("memcg", Verdict::crash, "a", {10, 30, 20}),
      run_of("memcg", Verdict::pass, "", {7}),
      run_of("memcg", Verdict::crash, "a"),
      run_of("memcg", Verdict::infra),
      run_of("memcg", Verdict::crash, "b"),
      run_of("boot", Verdict::boot_failed),
      run_of("boot", Verdict::skip)};
  JobReport report;
  report.tree = "linux";
  report.base_commit = "c0ffee";
  report.cells = cells_of(runs);
  Cell unbuilt;
  unbuilt.target = "ppc64le-hash";
  unbuilt.kernel = "base";
  unbuilt.kconfig = "mm-debug";
  unbuilt.workload = "memcg";
  unbuilt.verdict = Verdict::build_failed;
  unbuilt.title = "error: …";
  report.cells.push_back(unbuilt);
  const auto night = night_of("j1", report, runs);
  CHECK(night.job == "j1");
  CHECK(night.tree == "linux");
  CHECK(night.commit == "c0ffee");
  REQUIRE(night.cells.size() == 3);
  const auto& memcg = night.cells[0];
  CHECK(memcg.observations == 4); // infra is no evidence
  REQUIRE(memcg.crashes.size() == 2);
  CHECK(memcg.crashes[0].signature == "a");
  CHECK(memcg.crashes[0].title == "BUG: a");
  CHECK(memcg.crashes[0].runs == 2);
  CHECK(memcg.crashes[1].runs == 1);
  CHECK(memcg.teardown_us == std::vector<std::uint64_t>{20, 7});
  const auto& boot = night.cells[1];
  CHECK(boot.observations == 2);
  CHECK(boot.unbooted == 1);
  REQUIRE(boot.crashes.size() == 1);
  CHECK(boot.crashes[0].signature == "boot-failed"); // no finding
  CHECK(boot.crashes[0].title == "a title");
  CHECK(night.cells[2].verdict == Verdict::build_failed);
  CHECK(night.cells[2].observations == 0);
}

TEST_CASE("daemon::end_night gives a job its result, whatever is wrong")
{
  NightFarm farm;
  farm.submit("0 2 * * *");
  farm.now = std::chrono::hours(2);
  farm.turn();
  const auto job = farm.nights()[0].begun.job;
  const auto row = **farm.store.job(job);
  SUBCASE("a record that can't be read")
  {
    FinishedJob finished;
    finished.report.text = "table\n";
    finished.night = "{}";
    end_night(farm.book, row, finished);
    CHECK(finished.report.text.starts_with("table\n\nnight 1970-01-01"));
    CHECK(finished.report.text.find("could not be compared: 'kind'") !=
          std::string::npos);
  }
  SUBCASE("an earlier one that can't be read")
  {
    REQUIRE(farm.book.end_night(job, "rubbish", "rubbish", {}));
    const auto number = farm.nights()[0].nightly;
    const auto past = past_nights(farm.book, number, "");
    REQUIRE(past.has_value());
    CHECK(past->empty());
  }
  SUBCASE("a job that is no night's stays as it is")
  {
    StoredJob other;
    other.asked.id = "j1";
    FinishedJob finished;
    finished.report.text = "table\n";
    end_night(farm.book, other, finished);
    CHECK(finished.report.text == "table\n");
  }
}
