// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/night_farm.h"

#include <array>
#include <map>
#include <tuple>

using namespace oopsfarm;
using namespace oopsfarm::testing;
using namespace std::chrono_literals;

namespace {

/// What the simulated kernel, host and network do on a day of October 2026;
/// all of it made up, none of it random.
class October
{
public:
  Night night(unsigned day) const
  {
    Night night;
    night.tree = "linux";
    for (const char* target : {"x86_64", "ppc64le-radix"}) {
      for (const char* workload : {"memcg", "mlock"}) {
        night.cells.push_back(cell(target, workload, day));
      }
    }
    return night;
  }

  static bool is_offline(unsigned day) { return day == 9; }

  /// The daemon is down from the 23rd, 20:00, to the 26th, 09:00 UTC.
  static bool is_down(WallTime now)
  {
    return now >= utc(2026, 10, 23, 20) && now < utc(2026, 10, 26, 9);
  }

private:
  static NightCell
  cell(const std::string& target, const std::string& workload, unsigned day)
  {
    NightCell cell;
    cell.target = target;
    cell.kernel = "base";
    cell.kconfig = "mm-debug";
    cell.workload = workload;
    const bool is_x86 = target == "x86_64";
    if (is_x86 && (day == 16 || day == 17)) { // does not compile
      cell.verdict = Verdict::build_failed;
      cell.title = "mm/oom_kill.c:12: error: 'victim' undeclared";
      return cell;
    }
    cell.observations = runs;
    cell.verdict = Verdict::pass;
    if (is_x86 && workload == "memcg") { // there all the time, now and then
      constexpr std::array<unsigned, 10> flaky = {1, 0, 1, 0, 0, 1, 0, 2, 0, 0};
      crash(cell, "flaky", flaky.at((day - 1) % flaky.size()));
    }
    if (is_x86 && workload == "mlock") { // rare, until something changes
      crash(cell, "rare", day == 1 || day == 6 ? 1 : day >= 21 ? 3 : 0);
    }
    if (!is_x86 && workload == "memcg" && day >= 12 && day < 20) {
      crash(cell, "new", day % 2 == 0 ? 2 : 3); // fixed on the 20th
    }
    times(cell, day, !is_x86 && workload == "mlock" && day >= 14 ? 1.6 : 1.0);
    return cell;
  }

  static void crash(NightCell& cell, const std::string& what, unsigned count)
  {
    if (count > 0) {
      cell.verdict = Verdict::crash;
      cell.crashes.push_back({what, "BUG: " + what, count, what + "-run"});
    }
  }

  /// Runs differ by up to a tenth; on the 19th the host is busy.
  static void times(NightCell& cell, unsigned day, double scale)
  {
    const double load = day == 19 ? 1.2 : 1.0;
    for (unsigned run = 0; run < runs; ++run) {
      const double luck = 1.0 + 0.1 * ((day * 7 + run * 5) % 11) / 11;
      cell.teardown_us.push_back(
          static_cast<std::uint64_t>(40'000 * scale * load * luck));
    }
  }

  static constexpr unsigned runs = 3;
};

} // namespace

TEST_CASE("a month of nights brings its alarms, and none else")
{
  const October october;
  NightFarm farm;
  farm.now = utc(2026, 9, 30, 12);
  farm.submit("CRON_TZ=Europe/Berlin 30 2 * * *");
  std::vector<std::string> alarms;
  std::vector<std::string> days;
  std::vector<std::string> notes;
  std::map<unsigned, std::string> texts;
  // Looked at every ten minutes; a night takes three hours.
  for (; farm.now < utc(2026, 10, 31, 12); farm.now += 10min) {
    if (October::is_down(farm.now)) {
      continue;
    }
    const auto live = farm.live();
    if (!live.empty()) {
      const auto night = **farm.book.night(live[0].asked.id);
      const auto day =
          static_cast<unsigned>(std::stoul(night.begun.day.substr(8)));
      if (farm.now >= night.begun.due + 3h) {
        const auto report = farm.end(night.begun.job, october.night(day));
        texts[day] = report.text;
        const auto ended = **farm.book.night(night.begun.job);
        days.push_back(night.begun.day);
        if (!ended.begun.note.empty()) {
          notes.push_back(night.begun.day + " " + ended.begun.note);
        }
        const auto comparison = parse_comparison(ended.comparison);
        REQUIRE(comparison.has_value());
        for (const auto& change : comparison->changes) {
          alarms.push_back(fmt::format("{} {} {} {} {}",
                                       day,
                                       to_string(change.kind),
                                       change.target,
                                       change.workload,
                                       change.signature));
        }
      }
    }
    const auto today =
        std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(
            Instant(std::chrono::floor<std::chrono::seconds>(farm.now))));
    const auto date = static_cast<unsigned>(today.day());
    farm.trees.tip = fmt::format("c{}", date);
    farm.trees.is_offline = October::is_offline(date);
    farm.turn();
  }

  // The 24th and the 25th (the clocks' change) are made up for by the 26th.
  std::vector<std::string> expected_days;
  for (int day = 1; day <= 31; ++day) {
    if (day != 24 && day != 25) {
      expected_days.push_back(fmt::format("2026-10-{:02}", day));
    }
  }
  CHECK(days == expected_days);
  CHECK(notes == std::vector<std::string>{
                     "2026-10-09 the tree could not be fetched",
                     "2026-10-26 2 nights that were due before were missed: "
                     "the daemon did not run, or was busy; begun 7 h 30 m "
                     "late"});
  CHECK(alarms ==
        std::vector<std::string>{"12 new-crash ppc64le-radix memcg new",
                                 "15 teardown-slower ppc64le-radix mlock ",
                                 "16 build-broken x86_64  ",
                                 "18 build-mended x86_64  ",
                                 "21 rate-up x86_64 mlock rare",
                                 "21 gone ppc64le-radix memcg new"});

  CHECK(testing::without_ids(texts[12]) ==
        "\nnight 2026-10-12 of oom\n"
        "compared with 2026-10-11 (ID, c11) and 10 nights before it: "
        "1 new crash\n"
        "  new crash: ppc64le-radix mm-debug memcg: 2/3 runs, 0/33 before\n"
        "    BUG: new\n"
        "    run new-run, signature new\n"
        "    commits c11..c12\n"
        "  to be bisected: BUG: new (ppc64le-radix mm-debug memcg), "
        "c11..c12\n");
  CHECK(testing::without_ids(texts[21]) ==
        "\nnight 2026-10-21 of oom\n"
        "compared with 2026-10-20 (ID, c20) and 19 nights before it: "
        "1 rate up, 1 gone\n"
        "  rate up: x86_64 mm-debug mlock: 3/3 runs, 2/54 before (by chance: "
        "0.0027)\n"
        "    BUG: rare\n"
        "    run rare-run, signature rare\n"
        "    commits c20..c21\n"
        "  gone: ppc64le-radix mm-debug memcg: 0/6 runs, 20/24 before, since "
        "2026-10-20 (by chance: 0.0028)\n"
        "    BUG: new\n"
        "    commits c19..c20\n"
        "  to be bisected: BUG: rare (x86_64 mm-debug mlock), c20..c21\n");
  // Bisections of the new crash and of the one that comes more often.
  const auto wanted = *farm.book.bisections("wanted");
  REQUIRE(wanted.size() == 2);
  CHECK(wanted[0].signature == "new");
  CHECK(wanted[0].good == "c11");
  CHECK(wanted[0].bad == "c12");
  CHECK(wanted[0].target == "ppc64le-radix");
  CHECK(wanted[1].signature == "rare");
  CHECK(wanted[1].good == "c20");
  CHECK(wanted[1].bad == "c21");
}

TEST_CASE("nights on the days when the clocks change begin once")
{
  for (const auto& [first, last, schedule] :
       {std::tuple(utc(2026, 10, 23), utc(2026, 10, 28), "30 2 * * *"),
        std::tuple(utc(2026, 3, 27), utc(2026, 4, 1), "30 2 * * *")}) {
    NightFarm farm;
    farm.now = first + 12h;
    farm.submit(std::string("CRON_TZ=Europe/Berlin ") + schedule);
    for (; farm.now < last + 12h; farm.now += 10min) {
      farm.turn();
      for (const auto& job : farm.live()) {
        farm.end(job.asked.id, Night());
      }
    }
    std::vector<std::string> days;
    for (const auto& night : farm.nights()) {
      days.push_back(night.begun.day);
    }
    CHECK(days.size() == 5);
    CHECK(std::adjacent_find(days.begin(), days.end()) == days.end());
  }
}
