// SPDX-License-Identifier: GPL-2.0-or-later
#include "crashes/record.h"
#include "model/json.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <filesystem>

using namespace oopsfarm;

namespace fs = std::filesystem;

static RunSpec a_spec(const std::string& id)
{
  RunSpec spec;
  spec.run_id = id;
  spec.origin.job = "reap";
  spec.origin.kernel = "series";
  spec.kernel_key = "key";
  spec.target.name = "x86_64";
  spec.workload.name = "memcg";
  return spec;
}

static RunOutcome a_crash()
{
  RunOutcome outcome;
  outcome.verdict = Verdict::crash;
  outcome.findings = {{"BUG", "words", "", "a1", false},
                      {"BUG", "words again", "", "a1", false},
                      {"panic", "more", "", "c3", true},
                      {"WARNING", "else", "", "b2", false}};
  return outcome;
}

TEST_CASE("record_of takes each signature once, and no consequences")
{
  const auto record = record_of(a_spec("20261121T100000-000001"), a_crash());
  CHECK(record.target == "x86_64");
  REQUIRE(record.sightings.size() == 2);
  CHECK(record.sightings[0].first_line == "words");
  CHECK(record.sightings[1].signature == "b2");
}

TEST_CASE("record_of takes nothing of a run that passed")
{
  auto outcome = a_crash();
  outcome.verdict = Verdict::infra;
  CHECK(record_of(a_spec("20261121T100000-000001"), outcome).sightings.empty());
}

TEST_CASE("read_runs reads what ended, and counts what it can't read")
{
  const auto folder = *TempFolder::make(fs::temp_directory_path(), "runs");
  const auto add = [&](const char* id, bool ended, const char* spec) {
    const auto run = folder.path() / id;
    fs::create_directory(run);
    REQUIRE(write_file(run / "spec.json", spec ? spec : to_json(a_spec(id))));
    if (ended) {
      REQUIRE(write_file(run / "outcome.json", to_json(a_crash())));
    }
  };
  add("20261121T100100-000002", true, nullptr);
  add("20261121T100000-000001", true, nullptr);
  add("20261121T100200-000003", false, nullptr); // going on
  add("20261121T100300-000004", true, "{}");
  add("no-run", true, nullptr);
  const auto records = read_runs(folder.path());
  REQUIRE(records.runs.size() == 2);
  CHECK(records.runs[0].run_id == "20261121T100000-000001");
  CHECK(records.unread == 1);
  CHECK(read_runs(folder.path() / "none").runs.empty());
}
