// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/nightlies.h"
#include "store/schema.h"

#include <doctest/doctest.h>

#include <SQLiteCpp/SQLiteCpp.h>
#include <unistd.h>

#include <filesystem>

using namespace oopsfarm;
namespace fs = std::filesystem;

namespace {

/// A new database, gone with the test.
class Bench
{
public:
  Bench()
      : folder_(make_folder()), store(*Store::open(folder_ / "farm.db")),
        book(*NightlyBook::open(folder_ / "farm.db"))
  {
  }

  ~Bench() { fs::remove_all(folder_); }

  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  /// Hands one in and gives its number.
  std::int64_t put(const std::string& owner, const std::string& name)
  {
    NewNightly nightly;
    nightly.owner = owner;
    nightly.name = name;
    nightly.tree = "linux";
    nightly.schedule = "0 2 * * *";
    nightly.folder = "folder-" + name;
    nightly.file = "job.yaml";
    nightly.targets = {"x86_64", "ppc64le-hash"};
    nightly.repeat = 3;
    CHECK(book.put(nightly, WallTime(1000)));
    return (*book.find(owner, name))->number;
  }

  static NewNight night(const std::string& job, int due)
  {
    NewNight night;
    night.job = job;
    night.due = WallTime(due);
    night.day = "2026-11-23";
    return night;
  }

private:
  static fs::path make_folder()
  {
    auto pattern =
        (fs::temp_directory_path() / "oopsfarm-unit-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    return pattern;
  }

  fs::path folder_;

public:
  Store store;
  NightlyBook book;
};

} // namespace

TEST_CASE("store::NightlyBook keeps nightlies by owner and name")
{
  Bench bench;
  const auto number = bench.put("ann", "oom");
  CHECK(bench.put("bob", "oom") != number);
  CHECK((*bench.book.all()).size() == 2);
  const auto row = **bench.book.find("ann", "oom");
  CHECK(row.asked.targets ==
        std::vector<std::string>{"x86_64", "ppc64le-hash"});
  CHECK(row.asked.repeat == 3U);
  CHECK_FALSE(row.asked.seed.has_value());
  CHECK(row.settled == WallTime(1000));
  auto again = row.asked;
  again.folder = "folder-2";
  again.seed = 7;
  CHECK(*bench.book.put(again, WallTime(2000)) == "folder-oom");
  CHECK((*bench.book.find("ann", "oom"))->number == number);
  CHECK((*bench.book.find("ann", "oom"))->asked.seed == 7U);
  CHECK((*bench.book.find("ann", "oom"))->settled == WallTime(2000));
  CHECK(*bench.book.remove(number));
  CHECK_FALSE(*bench.book.remove(number));
  CHECK_FALSE((*bench.book.find("ann", "oom")).has_value());
}

TEST_CASE("store::NightlyBook begins a night once")
{
  Bench bench;
  const auto number = bench.put("ann", "oom");
  REQUIRE(bench.book.begin_night(number, Bench::night("j1", 5000)));
  CHECK((*bench.book.find("ann", "oom"))->settled == WallTime(5000));
  CHECK_FALSE(bench.book.begin_night(number, Bench::night("j2", 5000)));
  auto by_hand = Bench::night("j3", 5000);
  by_hand.is_asked = true;
  REQUIRE(bench.book.begin_night(number, by_hand));
  CHECK((*bench.book.nights(number, 10)).size() == 2);
  CHECK_FALSE(bench.book.begin_night(99, Bench::night("j4", 6000)));
  CHECK((*bench.book.unsubmitted()).size() == 2);
}

TEST_CASE("store::NightlyBook follows a night's job")
{
  Bench bench;
  const auto number = bench.put("ann", "oom");
  auto night = Bench::night("j1", 5000);
  night.note = "late";
  REQUIRE(bench.book.begin_night(number, night));
  CHECK((*bench.book.night("j1"))->is_running());
  CHECK_FALSE((*bench.book.night("j1"))->state.has_value());
  NewJob job;
  job.id = "j1";
  job.name = "oom";
  job.base_commit = "c0ffee";
  REQUIRE(bench.store.add_job(job));
  CHECK((*bench.store.job("j1"))->base_commit == "c0ffee");
  REQUIRE(bench.book.submitted("j1", "c0ffee", "offline"));
  CHECK((*bench.book.night("j1"))->begun.note == "late; offline");
  CHECK((*bench.book.night("j1"))->state == JobState::queued);
  CHECK((*bench.book.night("j1"))->is_running());
  REQUIRE(bench.store.begin_job("j1", "c0ffee"));
  StoredBisection wanted;
  wanted.tree = "linux";
  wanted.signature = "a";
  REQUIRE(bench.book.end_night("j1", "{}", "[]", {wanted, wanted}));
  REQUIRE(bench.book.end_night("j1", "{}", "[]", {wanted}));
  REQUIRE(bench.store.end_job("j1", 1, {"", ""}));
  CHECK_FALSE((*bench.book.night("j1"))->is_running());
  CHECK((*bench.book.night("j1"))->exit_code == 1);
  CHECK((*bench.book.night("j1"))->record == "{}");
  const auto bisections = *bench.book.bisections("wanted");
  REQUIRE(bisections.size() == 1);
  CHECK(bisections[0].owner == "ann");
  CHECK(bisections[0].night == "j1");
  REQUIRE(bench.book.set_bisection(bisections[0].number, "ended", "j9", "x"));
  CHECK((*bench.book.bisections("wanted")).empty());
  CHECK((*bench.book.bisections_of("j1"))[0].result == "x");
  // Nights go with their nightly, jobs stay.
  CHECK(*bench.book.remove(number));
  CHECK_FALSE((*bench.book.night("j1")).has_value());
  CHECK((*bench.book.bisections("ended")).empty());
  CHECK((*bench.store.job("j1")).has_value());
}

TEST_CASE("store: a database of the first version becomes one with nightlies")
{
  auto pattern = (fs::temp_directory_path() / "oopsfarm-unit-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  const auto file = fs::path(pattern) / "farm.db";
  {
    SQLite::Database old(file.string(),
                         SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    old.exec(migrations.front());
    old.exec("PRAGMA user_version = 1");
    old.exec("INSERT INTO jobs (id, name, owner, priority, state, file, "
             "targets, submitted_ms) VALUES ('j1', 'n', 'ann', 0, 'queued', "
             "'f', '', 1)");
  }
  auto store = Store::open(file);
  REQUIRE(store.has_value());
  CHECK((*store->job("j1")).has_value());
  auto book = NightlyBook::open(file);
  REQUIRE(book.has_value());
  CHECK((*book->all()).empty());
  fs::remove_all(pattern);
}
