// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "daemon/night_end.h"
#include "daemon/night_watch.h"
#include "schedule/schedule.h"
#include "sys/file.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace oopsfarm::testing {

/// A tree whose tip is what the test says. Records what was asked.
class FakeTrees final : public TreeKeeper
{
public:
  Result<TreeTip> bring_up(const std::string& tree,
                           const std::string& base) override
  {
    asked.push_back(tree + " " + base);
    if (is_broken) {
      return infra_error("git can't be run");
    }
    return is_offline ? TreeTip{last_, "the tree could not be fetched"}
                      : TreeTip{last_ = tip, ""};
  }

  std::string tip = "c0";
  bool is_offline = false;
  bool is_broken = false;
  std::vector<std::string> asked;

private:
  std::string last_ = "c0";
};

/// Records what it is given, and makes no job of it.
class FakeBisector final : public NightBisector
{
public:
  Status queue(const StoredBisection& wanted) override
  {
    if (refuse) {
      return *refuse;
    }
    queued.push_back(wanted);
    return Ok{};
  }

  std::optional<Error> refuse;
  std::vector<StoredBisection> queued;
};

/// A database, a watch, and a clock that the test turns.
class NightFarm
{
public:
  NightFarm()
      : folder(*TempFolder::make(std::filesystem::temp_directory_path(),
                                 "oopsfarm-unit-")),
        store(*Store::open(folder.path() / "farm.db")),
        book(*NightlyBook::open(folder.path() / "farm.db"))
  {
    state.root = folder.path();
  }

  /// As if the daemon began anew: nothing but the disk is left.
  NightWatch watch()
  {
    return NightWatch({book,
                       store,
                       trees,
                       state,
                       [this] { return now; },
                       [this] { ++wakes; },
                       bisector});
  }

  /// Hands a nightly in, now.
  StoredNightly submit(const std::string& schedule,
                       const std::string& name = "oom")
  {
    NewNightly nightly;
    nightly.owner = "ann";
    nightly.name = name;
    nightly.tree = "linux";
    nightly.base = "main";
    nightly.schedule = schedule;
    nightly.folder = fmt::format("folder{}", ++folders_);
    nightly.file = "job.yaml";
    nightly.priority = -50;
    const auto files = nightlies_folder(state) / nightly.folder;
    REQUIRE(make_folder(files));
    REQUIRE(write_file(files / "job.yaml", "name: " + name + "\n"));
    REQUIRE(book.put(nightly, now));
    return **book.find("ann", name);
  }

  WallTime turn()
  {
    auto one = watch();
    const auto next = one.turn();
    REQUIRE(next.has_value());
    return *next;
  }

  /// The newest first.
  std::vector<StoredNight> nights(const std::string& name = "oom")
  {
    return *book.nights((*book.find("ann", name))->number, 1000);
  }

  /// Jobs that have not ended.
  std::vector<StoredJob> live() { return *store.list(JobFilter::live, 1000); }

  /// A night's job comes to this; gives its report.
  StoredReport end(const std::string& job, Night night)
  {
    const auto row = **store.job(job);
    REQUIRE(store.begin_job(job, row.base_commit));
    night.job = job;
    night.commit = row.base_commit;
    FinishedJob finished;
    finished.report.json = "{\"kind\":\"job\"}\n{\"kind\":\"cell\"}\n";
    finished.night = to_json(night);
    end_night(book, row, finished);
    REQUIRE(store.end_job(job, 0, finished.report));
    return finished.report;
  }

  TempFolder folder;
  Store store;
  NightlyBook book;
  StatePaths state;
  FakeTrees trees;
  NightBisector* bisector = nullptr;
  WallTime now{0};
  int wakes = 0;

private:
  int folders_ = 0;
};

/// `text` with new_id()'s replaced.
inline std::string without_ids(const std::string& text)
{
  static const std::regex id("[0-9]{8}T[0-9]{6}-[0-9a-f]{6}");
  return std::regex_replace(text, id, "ID");
}

/// A moment of UTC.
inline WallTime
utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0)
{
  const Instant midnight =
      std::chrono::sys_days(std::chrono::year(year) / month / day);
  return WallTime(midnight.time_since_epoch()) + std::chrono::hours(hour) +
         std::chrono::minutes(minute);
}

} // namespace oopsfarm::testing
