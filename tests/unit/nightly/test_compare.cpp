// SPDX-License-Identifier: GPL-2.0-or-later
#include "nightly/bisections.h"
#include "nightly/compare.h"
#include "nightly/text.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <functional>
#include <random>

using namespace oopsfarm;

namespace {

/// A cell of three runs, `failed` of which showed a crash.
NightCell cell_with(const std::string& signature,
                    unsigned failed,
                    const std::string& workload = "memcg",
                    unsigned runs = 3)
{
  NightCell cell;
  cell.target = "x86_64";
  cell.kernel = "base";
  cell.kconfig = "mm-debug";
  cell.workload = workload;
  cell.observations = runs;
  cell.verdict = failed > 0 ? Verdict::crash : Verdict::pass;
  if (failed > 0) {
    cell.crashes.push_back({signature, "BUG: " + signature, failed, "run"});
  }
  return cell;
}

/// Nights one after the other, each compared with all before.
class Nights
{
public:
  const Comparison& add(std::vector<NightCell> cells)
  {
    const auto number = past_.size() + 1;
    Night night;
    night.job = fmt::format("job{}", number);
    night.day = fmt::format("2026-11-{:02}", number);
    night.tree = "linux";
    night.commit = commit.empty() ? fmt::format("{:040x}", number) : commit;
    night.cells = std::move(cells);
    last_ = compare_nights(past_, night);
    past_.push_back({night, last_.changes});
    return last_;
  }

  /// The kinds of the last one's changes, each with what it is of.
  std::vector<std::string> changes() const
  {
    std::vector<std::string> list;
    for (const auto& change : last_.changes) {
      list.push_back(
          std::string(to_string(change.kind)) + " " +
          (change.signature.empty() ? change.workload : change.signature));
    }
    return list;
  }

  const std::vector<PastNight>& past() const { return past_; }

  std::string commit; ///< of all nights; "": each has its own

private:
  std::vector<PastNight> past_;
  Comparison last_;
};

using Changes = std::vector<std::string>;

} // namespace

TEST_CASE("nightly::compare_nights on crashes")
{
  Nights nights;
  SUBCASE("has nothing to say of a first night")
  {
    const auto& first = nights.add({cell_with("a", 3)});
    CHECK(first.nights == 0);
    CHECK(first.changes.empty());
    CHECK(comparison_summary(first) == "first night");
  }
  SUBCASE("tells of a signature that no night had, at its first sight")
  {
    nights.add({cell_with("", 0)});
    nights.add({cell_with("", 0)});
    const auto& third = nights.add({cell_with("a", 1)});
    CHECK(nights.changes() == Changes{"new-crash a"});
    CHECK(third.has_worse());
    CHECK(third.changes[0].before.runs == 6);
    CHECK(third.changes[0].after.failed == 1);
    CHECK(third.changes[0].good == fmt::format("{:040x}", 2));
    CHECK(third.changes[0].bad == fmt::format("{:040x}", 3));
    nights.add({cell_with("a", 2)});
    CHECK(nights.changes().empty()); // known by now
  }
  SUBCASE("is silent on single runs of a flaky one")
  {
    for (const unsigned failed : {1, 0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 1, 0}) {
      nights.add({cell_with("a", failed)});
      CHECK(nights.changes().empty());
    }
  }
  SUBCASE("takes a crash that another cell had for known")
  {
    for (int night = 0; night < 3; ++night) {
      nights.add({cell_with("a", 1), cell_with("", 0, "mlock")});
    }
    nights.add({cell_with("", 0), cell_with("a", 1, "mlock")});
    CHECK(nights.changes().empty());
  }
  SUBCASE("tells of one crash once, with all cells that show it")
  {
    nights.add({cell_with("", 0), cell_with("", 0, "mlock")});
    const auto& second =
        nights.add({cell_with("a", 1), cell_with("a", 3, "mlock")});
    REQUIRE(nights.changes() == Changes{"new-crash a"});
    CHECK(second.changes[0].also == Changes{"x86_64 base mm-debug mlock"});
  }
  SUBCASE("says nothing of cells that are new")
  {
    nights.add({cell_with("", 0)});
    const auto& second =
        nights.add({cell_with("", 0), cell_with("a", 3, "mlock")});
    CHECK(second.changes.empty());
    CHECK(second.new_cells == 1);
    nights.add({cell_with("", 0), cell_with("a", 3, "mlock")});
    CHECK(nights.changes().empty());
  }
  SUBCASE("tells when a known one comes more often, once")
  {
    for (const unsigned failed : {1, 0, 0, 1, 0, 0, 0, 0, 0, 0}) {
      nights.add({cell_with("a", failed)});
    }
    nights.add({cell_with("a", 3)});
    nights.add({cell_with("a", 3)});
    CHECK(nights.changes() == Changes{"rate-up a"});
    CHECK(nights.past().back().changes[0].since == "job11");
    CHECK(nights.past().back().changes[0].before.runs == 30);
    for (int night = 0; night < 5; ++night) {
      nights.add({cell_with("a", 3)});
      CHECK(nights.changes().empty());
    }
  }
  SUBCASE("tells when one is gone, and when it is back")
  {
    for (int night = 0; night < 6; ++night) {
      nights.add({cell_with("a", 3)});
    }
    nights.add({cell_with("", 0)}); // 0/3 behind 18/18: 1 in 1330 by chance
    CHECK(nights.changes() == Changes{"gone a"});
    nights.add({cell_with("", 0)});
    CHECK(nights.changes().empty());
    const auto& back = nights.add({cell_with("a", 1)});
    CHECK(nights.changes() == Changes{"crash-back a"});
    CHECK(back.has_worse());
    nights.add({cell_with("a", 1)});
    CHECK(nights.changes().empty());
  }
  SUBCASE("knows nothing of other trees")
  {
    nights.add({cell_with("", 0)});
    Night other;
    other.tree = "linux-next";
    other.cells = {cell_with("a", 3)};
    CHECK(compare_nights(nights.past(), other).nights == 0);
  }
}

TEST_CASE("nightly::compare_nights finds nothing where nothing changes")
{
  // Twelve cells, each with a crash of its own rate that stays as it is.
  std::mt19937 random(7);
  std::size_t alarms = 0;
  constexpr int farms = 20;
  constexpr int length = 60;
  for (int farm = 0; farm < farms; ++farm) {
    Nights nights;
    for (int night = 0; night < length; ++night) {
      std::vector<NightCell> cells;
      for (int i = 0; i < 12; ++i) {
        std::binomial_distribution<unsigned> failed(3, 0.08 * i);
        auto cell = cell_with(fmt::format("s{}", i),
                              night == 0 ? 1 : failed(random),
                              fmt::format("w{}", i));
        // A run's own luck, and that of the host in this night.
        std::lognormal_distribution<> run(10.5, 0.2);
        for (int each = 0; each < 3; ++each) {
          cell.teardown_us.push_back(static_cast<std::uint64_t>(run(random)));
        }
        cells.push_back(std::move(cell));
      }
      alarms += nights.add(std::move(cells)).changes.size();
    }
  }
  // 1200 nights; 1 % of them each for crashes and times at the most.
  MESSAGE("false alarms in " << farms * length << " nights: " << alarms);
  CHECK(alarms <= 24);
}

TEST_CASE("nightly::compare_nights on teardown times")
{
  Nights nights;
  std::mt19937 random(11);
  const auto night = [&](double scale) {
    auto cell = cell_with("", 0);
    std::lognormal_distribution<> run(10.5, 0.15);
    for (int each = 0; each < 3; ++each) {
      cell.teardown_us.push_back(
          static_cast<std::uint64_t>(scale * run(random)));
    }
    nights.add({cell});
  };
  for (int each = 0; each < 8; ++each) {
    night(1);
    CHECK(nights.changes().empty());
  }
  night(2);
  Changes seen = nights.changes();
  night(2);
  for (const auto& change : nights.changes()) {
    seen.push_back(change);
  }
  CHECK(seen == Changes{"teardown-slower memcg"});
  for (int each = 0; each < 8; ++each) {
    night(2);
    CHECK(nights.changes().empty());
  }
}

TEST_CASE("nightly::compare_nights on builds and boots")
{
  Nights nights;
  const auto unbuilt = [] {
    auto cell = cell_with("", 0);
    cell.observations = 0;
    cell.verdict = Verdict::build_failed;
    cell.title = "mm/oom_kill.c:12: error: …";
    return cell;
  };
  const auto lost = [] {
    auto cell = cell_with("", 0);
    cell.observations = 0;
    cell.verdict = Verdict::infra;
    return cell;
  };
  const auto unbooted = [](unsigned count) {
    auto cell = cell_with("boot", count);
    cell.unbooted = count;
    return cell;
  };
  SUBCASE("a build breaks and is mended, each told once")
  {
    nights.add({cell_with("", 0)});
    nights.add({unbuilt()});
    CHECK(nights.changes() == Changes{"build-broken "});
    nights.add({unbuilt()});
    CHECK(nights.changes().empty());
    nights.add({lost()}); // no evidence: neither broken nor mended
    CHECK(nights.changes().empty());
    nights.add({cell_with("", 0)});
    CHECK(nights.changes() == Changes{"build-mended "});
  }
  SUBCASE("a kernel boots no more, and again")
  {
    nights.add({cell_with("", 0)});
    nights.add({unbooted(3)});
    CHECK(nights.changes() == Changes{"boot-broken boot"});
    nights.add({unbooted(3)});
    CHECK(nights.changes().empty());
    nights.add({cell_with("", 0)});
    CHECK(nights.changes() == Changes{"boot-mended boot"});
    for (int each = 0; each < 5; ++each) {
      nights.add({cell_with("", 0)});
      CHECK(nights.changes().empty());
    }
  }
  SUBCASE("a boot that fails now and then is a crash like others")
  {
    nights.add({cell_with("", 0)});
    nights.add({unbooted(1)});
    CHECK(nights.changes() == Changes{"new-crash boot"});
    nights.add({unbooted(3)});
    CHECK(nights.changes().empty());
  }
}

TEST_CASE("nightly::wanted_bisections")
{
  Nights nights;
  nights.add({cell_with("", 0), cell_with("", 0, "mlock")});
  auto series = cell_with("b", 3, "thp");
  series.kernel = "series";
  auto series_before = cell_with("", 0, "thp");
  series_before.kernel = "series";
  SUBCASE("are of new crashes, where they come most often")
  {
    const auto& second =
        nights.add({cell_with("a", 1), cell_with("a", 3, "mlock")});
    const auto wanted = wanted_bisections(second, nights.past().back().night);
    REQUIRE(wanted.size() == 1);
    CHECK(wanted[0].signature == "a");
    CHECK(wanted[0].workload == "mlock");
    CHECK(wanted[0].good == fmt::format("{:040x}", 1));
    CHECK(wanted[0].bad == fmt::format("{:040x}", 2));
  }
  SUBCASE("make no sense where the tree has not moved")
  {
    Nights still;
    still.commit = std::string(40, 'c');
    still.add({cell_with("", 0)});
    const auto& second = still.add({cell_with("a", 1)});
    CHECK(second.has_worse());
    CHECK(wanted_bisections(second, still.past().back().night).empty());
  }
  SUBCASE("are not of a series")
  {
    nights.add({series_before});
    const auto& third = nights.add({series});
    CHECK(third.has_worse());
    CHECK(wanted_bisections(third, nights.past().back().night).empty());
  }
  SUBCASE("are three at the most")
  {
    std::vector<NightCell> before;
    std::vector<NightCell> after;
    for (int i = 0; i < 5; ++i) {
      before.push_back(cell_with("", 0, fmt::format("w{}", i)));
      after.push_back(
          cell_with(fmt::format("s{}", i), 1, fmt::format("w{}", i)));
    }
    nights.add(before);
    const auto& third = nights.add(after);
    CHECK(third.changes.size() == 5);
    CHECK(wanted_bisections(third, nights.past().back().night).size() ==
          max_bisections);
  }
}

TEST_CASE("nightly: nights and comparisons survive their JSON")
{
  Nights nights;
  auto first = cell_with("", 0);
  first.teardown_us = {51000, 52000, 49000};
  nights.add({first});
  const auto& second = nights.add({cell_with("a\n\"", 2)});
  const auto night = parse_night(to_json(nights.past()[0].night));
  REQUIRE(night.has_value());
  CHECK(to_json(*night) == to_json(nights.past()[0].night));
  CHECK(night->cells[0].teardown_us == first.teardown_us);
  const auto comparison = parse_comparison(to_json(second));
  REQUIRE(comparison.has_value());
  CHECK(to_json(*comparison) == to_json(second));
  for (const char* bad : {"", "[]", "{}", "{\"kind\":\"night\"}", "\xff"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(parse_night(bad).has_value());
    CHECK_FALSE(parse_comparison(bad).has_value());
  }
}

TEST_CASE("nightly::comparison_text")
{
  Nights nights;
  nights.add({cell_with("", 0), cell_with("", 0, "mlock")});
  const auto& second =
      nights.add({cell_with("abc", 2), cell_with("", 0, "mlock")});
  CHECK(comparison_text(second) ==
        "compared with 2026-11-01 (job1, 000000000000): 1 new crash\n"
        "  new crash: x86_64 mm-debug memcg: 2/3 runs, 0/3 before\n"
        "    BUG: abc\n"
        "    run run, signature abc\n"
        "    commits 000000000000..000000000000\n");
  const auto& third =
      nights.add({cell_with("abc", 2), cell_with("", 0, "mlock")});
  CHECK(comparison_text(third) ==
        "compared with 2026-11-02 (job2, 000000000000) and 1 night before it: "
        "nothing new in 2 cells\n");
}
