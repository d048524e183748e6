// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/schema.h"
#include "store/store.h"

#include <doctest/doctest.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdlib>
#include <thread>

using namespace oopsfarm;
namespace fs = std::filesystem;

namespace {

/// A database in a folder of its own.
class Bench
{
public:
  Bench()
  {
    std::string form = (fs::temp_directory_path() / "store-XXXXXX").string();
    folder = mkdtemp(form.data());
  }

  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  ~Bench() { fs::remove_all(folder); }

  fs::path file() const { return folder / "farm.db"; }

  Store open() const
  {
    auto store = Store::open(file());
    REQUIRE(store.has_value());
    return *std::move(store);
  }

  fs::path folder;
};

} // namespace

static NewJob a_job(const std::string& id, int priority = 0)
{
  NewJob job;
  job.id = id;
  job.name = "oom";
  job.owner = "ann";
  job.priority = priority;
  job.file = "a/job.yaml";
  return job;
}

static RunOutcome an_outcome(const std::string& id, Verdict verdict)
{
  RunOutcome outcome;
  outcome.run_id = id;
  outcome.verdict = verdict;
  outcome.title = verdict == Verdict::pass ? "" : "BUG";
  return outcome;
}

static std::vector<std::string> ids_of(const std::vector<StoredJob>& jobs)
{
  std::vector<std::string> ids;
  for (const auto& job : jobs) {
    ids.push_back(job.asked.id);
  }
  return ids;
}

TEST_CASE("store::Store keeps a job through its life, and through its own end")
{
  const Bench bench;
  {
    auto store = bench.open();
    auto job = a_job("j1", 5);
    job.seed = 7;
    job.targets = {"x86_64", "ppc64le-hash"};
    REQUIRE(store.add_job(job));
    CHECK_FALSE(store.add_job(job).has_value()); // ids are unique
  }
  auto store = bench.open();
  auto job = *store.job("j1");
  REQUIRE(job.has_value());
  CHECK(job->state == JobState::queued);
  CHECK(job->asked.name == "oom");
  CHECK(job->asked.owner == "ann");
  CHECK(job->asked.priority == 5);
  CHECK(job->asked.file == "a/job.yaml");
  CHECK(job->asked.seed == 7U);
  CHECK_FALSE(job->asked.repeat.has_value());
  CHECK(job->asked.targets ==
        std::vector<std::string>{"x86_64", "ppc64le-hash"});
  CHECK(job->submitted.count() > 0);
  CHECK(job->begun.count() == 0);
  CHECK_FALSE((*store.report("j1")).has_value());

  REQUIRE(store.begin_job("j1", "c0ffee"));
  CHECK_FALSE(store.begin_job("j1", "c0ffee").has_value()); // once
  REQUIRE(store.begin_run("j1", 0, "r1"));
  REQUIRE(store.begin_run("j1", 1, "r2"));
  REQUIRE(store.end_run(an_outcome("r2", Verdict::crash)));
  job = *store.job("j1");
  CHECK(job->state == JobState::running);
  CHECK(job->base_commit == "c0ffee");
  CHECK(job->runs == 1);
  CHECK(job->failed_runs == 1);

  REQUIRE(store.end_job("j1", 1, {"table", "{}"}));
  job = *store.job("j1");
  CHECK(job->state == JobState::ended);
  CHECK(job->exit_code == 1);
  CHECK((*store.report("j1"))->text == "table");
  CHECK_FALSE((*store.job("j2")).has_value());
}

TEST_CASE("store::Store counts an observation once")
{
  const Bench bench;
  auto store = bench.open();
  REQUIRE(store.add_job(a_job("j1")));
  REQUIRE(store.begin_run("j1", 3, "r1"));
  REQUIRE(store.begin_run("j1", 3, "r2"));
  REQUIRE(store.drop_run("r1"));
  REQUIRE(store.end_run(an_outcome("r2", Verdict::hang)));
  CHECK_FALSE(store.end_run(an_outcome("r2", Verdict::pass)).has_value());
  CHECK_FALSE(store.end_run(an_outcome("r1", Verdict::pass)).has_value());
  REQUIRE(store.drop_run("r2")); // it has an outcome, so it stays
  const auto runs = *store.runs("j1");
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].place == 3);
  CHECK(runs[0].job == "j1");
  CHECK(runs[0].outcome->verdict == Verdict::hang);
  CHECK(store.begin_run("j9", 0, "r3").has_value() == false);
  CHECK((*store.run("r2"))->id == "r2");
  CHECK_FALSE((*store.run("r3")).has_value());
}

TEST_CASE("store::Store gives jobs in the order in which they are to begin")
{
  const Bench bench;
  auto store = bench.open();
  REQUIRE(store.add_job(a_job("low", -10)));
  REQUIRE(store.add_job(a_job("first")));
  REQUIRE(store.add_job(a_job("second")));
  REQUIRE(store.add_job(a_job("high", 10)));
  CHECK(ids_of(*store.in_order(JobState::queued, 9)) ==
        std::vector<std::string>{"high", "first", "second", "low"});
  CHECK(ids_of(*store.in_order(JobState::queued, 1)) ==
        std::vector<std::string>{"high"});
  REQUIRE(store.begin_job("first", "c"));
  CHECK(ids_of(*store.in_order(JobState::running, 9)) ==
        std::vector<std::string>{"first"});
  REQUIRE(store.fail_job("first", "no such tree"));
  CHECK((*store.job("first"))->error == "no such tree");
  CHECK(ids_of(*store.list(JobFilter::live, 9)) ==
        std::vector<std::string>{"high", "second", "low"});
  CHECK(ids_of(*store.list(JobFilter::all, 2)) ==
        std::vector<std::string>{"high", "second"});
  using Counts = std::vector<std::pair<std::string, std::size_t>>;
  CHECK(*store.counts() == Counts{{"failed", 1}, {"queued", 3}});
}

TEST_CASE("store::Store cancels what has not ended")
{
  const Bench bench;
  auto store = bench.open();
  REQUIRE(store.add_job(a_job("queued")));
  REQUIRE(store.add_job(a_job("running")));
  REQUIRE(store.begin_job("running", "c"));
  CHECK(*store.cancel_job("queued"));
  CHECK((*store.job("queued"))->state == JobState::cancelled);
  CHECK(*store.cancel_job("running"));
  CHECK((*store.job("running"))->state == JobState::running);
  CHECK((*store.job("running"))->cancel_wanted);
  REQUIRE(store.set_cancelled("running"));
  CHECK((*store.job("running"))->state == JobState::cancelled);
  CHECK_FALSE(*store.cancel_job("running"));
  CHECK_FALSE(*store.cancel_job("no such job"));
}

TEST_CASE("store::Store::open")
{
  const Bench bench;
  SUBCASE("refuses a database of a newer version")
  {
    bench.open();
    SQLite::Database raw(bench.file().string(), SQLite::OPEN_READWRITE);
    raw.exec("PRAGMA user_version = 99");
    const auto store = Store::open(bench.file());
    REQUIRE_FALSE(store.has_value());
    CHECK(store.error().fault == Fault::user);
    CHECK(store.error().message.find("newer version") != std::string::npos);
  }
  SUBCASE("says what is no database")
  {
    {
      SQLite::Database raw(bench.file().string(),
                           SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      raw.exec("CREATE TABLE t (x)");
    }
    fs::resize_file(bench.file(), 100);
    const auto store = Store::open(bench.file());
    REQUIRE_FALSE(store.has_value());
    CHECK(store.error().message.find(bench.file().string()) !=
          std::string::npos);
  }
  SUBCASE("has foreign keys and a log of its own")
  {
    bench.open();
    SQLite::Database raw(bench.file().string(), SQLite::OPEN_READONLY);
    CHECK(raw.execAndGet("PRAGMA journal_mode").getString() == "wal");
    CHECK(raw.execAndGet("PRAGMA user_version").getInt() ==
          static_cast<int>(migrations.size()));
  }
}

TEST_CASE("store::Store may be used by several threads")
{
  const Bench bench;
  auto store = bench.open();
  constexpr int each = 20;
  const auto add = [&](const std::string& prefix) {
    for (int i = 0; i < each; ++i) {
      const auto id = prefix + std::to_string(i);
      CHECK(store.add_job(a_job(id)));
      CHECK((*store.job(id)).has_value());
    }
  };
  std::thread other([&] { add("a"); });
  add("b");
  other.join();
  CHECK((*store.list(JobFilter::live, 1000)).size() == 2U * each);
}
