// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/night_farm.h"

using namespace oopsfarm;
using namespace oopsfarm::testing;
using namespace std::chrono_literals;

static Night quiet_night()
{
  Night night;
  night.tree = "linux";
  NightCell cell;
  cell.target = "x86_64";
  cell.kernel = "base";
  cell.kconfig = "mm-debug";
  cell.workload = "memcg";
  cell.verdict = Verdict::pass;
  cell.observations = 3;
  night.cells = {cell};
  return night;
}

static Night night_with(const std::string& signature, unsigned runs)
{
  auto night = quiet_night();
  night.cells[0].verdict = Verdict::crash;
  night.cells[0].crashes = {{signature, "BUG: " + signature, runs, "run1"}};
  return night;
}

TEST_CASE("daemon::NightWatch begins a night when it is due")
{
  NightFarm farm;
  farm.now = utc(2026, 11, 22, 12);
  farm.submit("CRON_TZ=Europe/Berlin 0 2 * * *");
  CHECK(farm.turn() == utc(2026, 11, 23, 1));
  CHECK(farm.nights().empty());
  CHECK(farm.trees.asked.empty());

  farm.now = utc(2026, 11, 23, 1);
  farm.trees.tip = "c1";
  CHECK(farm.turn() == utc(2026, 11, 24, 1));
  const auto nights = farm.nights();
  REQUIRE(nights.size() == 1);
  CHECK(nights[0].begun.day == "2026-11-23");
  CHECK(nights[0].begun.note.empty());
  CHECK(nights[0].base_commit == "c1");
  CHECK(nights[0].state == JobState::queued);
  CHECK(farm.trees.asked == std::vector<std::string>{"linux main"});
  CHECK(farm.wakes == 1);
  const auto job = **farm.store.job(nights[0].begun.job);
  CHECK(job.asked.name == "oom");
  CHECK(job.asked.owner == "ann");
  CHECK(job.asked.priority == -50);
  CHECK(job.base_commit == "c1");
  CHECK(*read_file(farm.state.jobs() / job.asked.id / "job.yaml") ==
        "name: oom\n");
  farm.turn();
  CHECK(farm.nights().size() == 1);
}

TEST_CASE("daemon::NightWatch works with the tree as it was when offline")
{
  NightFarm farm;
  farm.submit("0 2 * * *");
  farm.trees.tip = "c7";
  farm.now = 2h;
  farm.turn();
  farm.end(farm.nights()[0].begun.job, quiet_night());
  farm.trees.tip = "c8";
  farm.trees.is_offline = true;
  farm.now = 26h;
  farm.turn();
  const auto night = farm.nights()[0];
  CHECK(night.base_commit == "c7");
  CHECK(night.begun.note == "the tree could not be fetched");
  const auto report = farm.end(night.begun.job, quiet_night());
  CHECK(report.text.find("the tree could not be fetched") != std::string::npos);
  CHECK(report.text.find("the tree has not moved since") != std::string::npos);
}

TEST_CASE("daemon::NightWatch goes on where a killed one was")
{
  NightFarm farm;
  farm.submit("0 2 * * *");
  farm.now = 2h;
  SUBCASE("before the tree was fetched")
  {
    farm.trees.is_broken = true;
    farm.turn();
    CHECK(farm.live().empty());
    CHECK(farm.nights()[0].is_running());
    farm.trees.is_broken = false;
  }
  SUBCASE("with half of the files copied")
  {
    farm.trees.is_broken = true;
    farm.turn();
    const auto half = farm.state.jobs() / farm.nights()[0].begun.job;
    REQUIRE(make_folder(half));
    REQUIRE(write_file(half / "rubbish", "x"));
    farm.trees.is_broken = false;
  }
  SUBCASE("after the job was added")
  {
    farm.trees.is_broken = true;
    farm.turn();
    NewJob job;
    job.id = farm.nights()[0].begun.job;
    job.name = "oom";
    REQUIRE(make_folder(farm.state.jobs() / job.id));
    REQUIRE(write_file(farm.state.jobs() / job.id / "job.yaml", "name: oom\n"));
    REQUIRE(farm.store.add_job(job));
    farm.trees.is_broken = false;
  }
  SUBCASE("after all of it")
  {
    farm.turn();
  }
  farm.turn();
  farm.turn();
  REQUIRE(farm.nights().size() == 1);
  const auto job = farm.nights()[0].begun.job;
  CHECK(farm.nights()[0].is_submitted);
  CHECK(farm.live().size() == 1);
  CHECK(*read_file(farm.state.jobs() / job / "job.yaml") == "name: oom\n");
  CHECK_FALSE(std::filesystem::exists(farm.state.jobs() / job / "rubbish"));
}

TEST_CASE("daemon::NightWatch makes up for missed nights once")
{
  NightFarm farm;
  farm.submit("0 2 * * *");
  farm.now = 24h * 4 + 9h; // due on four days and this one
  farm.turn();
  farm.turn();
  const auto nights = farm.nights();
  REQUIRE(nights.size() == 1);
  CHECK(nights[0].begun.day == "1970-01-05");
  CHECK(nights[0].begun.note ==
        "4 nights that were due before were missed: the daemon did not run, "
        "or was busy; begun 7 h 00 m late");
}

TEST_CASE("daemon::NightWatch begins no night beside one that runs")
{
  NightFarm farm;
  farm.submit("0 2 * * *");
  farm.now = 2h;
  farm.turn();
  const auto first = farm.nights()[0].begun.job;
  farm.now = 26h;
  farm.turn();
  CHECK(farm.nights().size() == 1);
  CHECK((*farm.book.find("ann", "oom"))->note ==
        "1970-01-02 02:00 UTC was left out: " + first + " still ran");
  farm.now = 30h;
  farm.end(first, quiet_night());
  farm.turn();
  CHECK(farm.nights().size() == 1); // not made up for by day
  farm.now = 50h;
  farm.turn();
  CHECK(farm.nights().size() == 2);
  CHECK((*farm.book.find("ann", "oom"))->note.empty());
}

TEST_CASE("daemon::NightWatch and clocks that are set")
{
  NightFarm farm;
  farm.now = utc(2026, 11, 22, 12);
  farm.submit("0 2 * * *");
  farm.now = utc(2026, 11, 23, 2);
  farm.turn();
  farm.end(farm.nights()[0].begun.job, quiet_night());
  SUBCASE("back by an hour: not twice")
  {
    farm.now -= 1h;
    farm.turn();
    farm.now += 1h;
    farm.turn();
    CHECK(farm.nights().size() == 1);
  }
  SUBCASE("back by years, since it had been wrong: from there on")
  {
    farm.now = utc(2020, 1, 1);
    CHECK(farm.turn() == utc(2020, 1, 1, 2));
    farm.now = utc(2020, 1, 1, 2);
    farm.turn();
    CHECK(farm.nights().size() == 2);
  }
}

TEST_CASE("daemon::NightWatch takes a nightly anew when it is submitted again")
{
  NightFarm farm;
  const auto first = farm.submit("0 2 * * *");
  farm.now = 1h;
  const auto second = farm.submit("0 5 * * *");
  CHECK(second.number == first.number);
  CHECK((*farm.book.all()).size() == 1);
  farm.now = 2h;
  CHECK(farm.turn() == WallTime(5h));
  CHECK(farm.nights().empty());
  REQUIRE(remove_unneeded_nightlies(farm.state, farm.book));
  CHECK_FALSE(std::filesystem::exists(nightlies_folder(farm.state) /
                                      first.asked.folder));
  CHECK(std::filesystem::exists(nightlies_folder(farm.state) /
                                second.asked.folder));
}

TEST_CASE("daemon::NightWatch begins a night by hand, which settles nothing")
{
  NightFarm farm;
  const auto nightly = farm.submit("0 2 * * *");
  farm.now = 1h;
  REQUIRE(
      farm.book.begin_night(nightly.number, asked_night(nightly, farm.now)));
  farm.turn();
  REQUIRE(farm.nights().size() == 1);
  CHECK(farm.nights()[0].begun.note == "begun by hand");
  farm.end(farm.nights()[0].begun.job, quiet_night());
  farm.now = 2h;
  farm.turn();
  CHECK(farm.nights().size() == 2);
}

TEST_CASE("daemon::NightWatch hands bisections on and follows them")
{
  NightFarm farm;
  FakeBisector bisector;
  farm.bisector = &bisector;
  farm.submit("0 2 * * *");
  farm.now = 2h;
  farm.trees.tip = "c1";
  farm.turn();
  farm.end(farm.nights()[0].begun.job, quiet_night());
  farm.now = 26h;
  farm.trees.tip = "c2";
  farm.turn();
  const auto night = farm.nights()[0].begun.job;
  const auto report = farm.end(night, night_with("a", 2));
  CHECK(report.text.find("1 new crash") != std::string::npos);
  CHECK(report.text.find("to be bisected: BUG: a") != std::string::npos);
  CHECK(report.json.find("{\"kind\":\"comparison\"") != std::string::npos);
  CHECK(report.json.find("comparison") < report.json.find("\"cell\""));
  const auto state = [&] { return (*farm.book.bisections_of(night))[0].state; };
  CHECK(state() == "wanted");
  SUBCASE("as a job that ends")
  {
    farm.turn();
    REQUIRE(bisector.queued.size() == 1);
    CHECK(bisector.queued[0].good == "c1");
    CHECK(bisector.queued[0].bad == "c2");
    CHECK(bisector.queued[0].signature == "a");
    CHECK(bisector.queued[0].owner == "ann");
    CHECK(state() == "failed"); // no such job: this fake adds none
    farm.turn();
    CHECK(bisector.queued.size() == 1);
  }
  SUBCASE("later, where it can't be done now")
  {
    bisector.refuse = infra_error("disk full");
    farm.turn();
    CHECK(state() == "wanted");
    bisector.refuse = user_error("good is no ancestor of bad");
    farm.turn();
    CHECK(state() == "failed");
    CHECK((*farm.book.bisections_of(night))[0].result ==
          "good is no ancestor of bad");
  }
  SUBCASE("once, though the night's end is worked out again")
  {
    FinishedJob again;
    auto same = night_with("a", 2);
    same.job = night;
    same.commit = "c2";
    again.night = to_json(same);
    end_night(farm.book, **farm.store.job(night), again);
    CHECK((*farm.book.bisections("wanted")).size() == 1);
  }
}
