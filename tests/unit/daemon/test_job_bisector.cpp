// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/job_bisector.h"
#include "support/night_farm.h"

using namespace oopsfarm;
using namespace oopsfarm::testing;

TEST_CASE("daemon::JobBisector makes a bisection of the night's own job")
{
  NightFarm farm;
  JobBisector bisector(
      farm.store, farm.state, [](const StoredBisection& wanted) {
        return "bisect: " + wanted.good + ".." + wanted.bad + "\n";
      });
  farm.submit("0 2 * * *");
  farm.now = std::chrono::hours(2);
  farm.turn();
  StoredBisection wanted;
  wanted.night = farm.nights()[0].begun.job;
  wanted.good = "c1";
  wanted.bad = "c2";
  wanted.job = "20261123T040000-bbbbbb";
  REQUIRE(bisector.queue(wanted));
  REQUIRE(bisector.queue(wanted)); // once is enough
  const auto job = **farm.store.job(wanted.job);
  CHECK(job.state == JobState::queued);
  CHECK(job.asked.owner == "ann");
  CHECK(job.asked.priority == night_bisection_priority);
  CHECK(job.base_commit.empty());
  CHECK(*read_file(farm.state.jobs() / wanted.job / "job.yaml") ==
        "name: oom\nbisect: c1..c2\n");
  CHECK(*read_file(farm.state.jobs() / wanted.night / "job.yaml") ==
        "name: oom\n");
  CHECK(farm.live().size() == 2);

  SUBCASE("and can't where the night's files are gone")
  {
    REQUIRE(remove_tree(farm.state.jobs() / wanted.night));
    wanted.job = "20261123T040000-cccccc";
    const auto refused = bisector.queue(wanted);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().fault == Fault::user);
  }
}

TEST_CASE("daemon::NightWatch queues a bisection once, and follows its job")
{
  NightFarm farm;
  JobBisector bisector(
      farm.store, farm.state, [](const StoredBisection&) { return "x: y\n"; });
  farm.submit("0 2 * * *");
  farm.now = std::chrono::hours(2);
  farm.turn();
  const auto night = farm.nights()[0].begun.job;
  StoredBisection wanted;
  wanted.signature = "a";
  REQUIRE(farm.book.end_night(night, "{}", "{}", {wanted}));
  const auto row = [&] { return (*farm.book.bisections_of(night))[0]; };
  // A daemon that was killed before it had written down that it is queued.
  REQUIRE(farm.book.set_bisection(
      row().number, "wanted", "20261123T040000-bbbbbb", ""));
  REQUIRE(bisector.queue(row()));
  farm.bisector = &bisector;
  farm.turn();
  CHECK(row().state == "queued");
  CHECK(row().job == "20261123T040000-bbbbbb");
  CHECK(farm.live().size() == 2);
  REQUIRE(farm.store.begin_job(row().job, ""));
  REQUIRE(farm.store.end_job(row().job, 0, {"", ""}));
  farm.turn();
  CHECK(row().state == "ended");
  CHECK(row().result == "oopsfarm report 20261123T040000-bbbbbb");
}
