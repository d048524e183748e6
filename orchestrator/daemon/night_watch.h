// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "daemon/tree_keeper.h"
#include "engine/engine.h"
#include "store/nightlies.h"
#include "store/store.h"
#include "sys/stop.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace oopsfarm {

/// A night's priority where its submission says none: what people wait for
/// goes first.
inline constexpr int night_priority = -50;

/// That of the bisections which nights ask for: between the two.
inline constexpr int night_bisection_priority = -25;

/// Makes jobs of the bisections that nights ask for.
class NightBisector
{
public:
  virtual ~NightBisector() = default;

  /// Puts a job into the store that looks for the commit, of the id that is
  /// `wanted.job`, and of night_bisection_priority. Where the job is there
  /// already (a daemon was killed behind this), nothing happens. Fails (user)
  /// where it can't be done at all, (infra) where it may be done later.
  virtual Status queue(const StoredBisection& wanted) = 0;
};

/// Who begins nights when they are due: writes the night down, fetches its
/// tree, and puts its job into the store. Killed at any moment, it goes on
/// where it was: a night is begun once, and none is lost. It learns the time
/// from `clock` alone.
class NightWatch
{
public:
  using Clock = std::function<WallTime()>;

  /// What it works with; all of it outlives it.
  struct Tools
  {
    NightlyBook& book;
    Store& store;
    TreeKeeper& trees;
    StatePaths state;
    Clock clock;
    std::function<void()> wake;        ///< there is a new job in the store
    NightBisector* bisector = nullptr; ///< none: they stay wanted
  };

  explicit NightWatch(Tools tools) : tools_(std::move(tools)) {}

  /// Begins what is due, submits what has begun, hands bisections on. Gives
  /// when something is due next; never, where there is nothing. Fails (infra)
  /// when the database can't be used; what one nightly lacks is its own
  /// trouble, and in the log.
  Result<WallTime> turn();

private:
  Result<WallTime> look_at(const StoredNightly& nightly, WallTime now);
  Status submit(const StoredNight& night);
  Status add_job(const StoredNight& night,
                 const StoredNightly& nightly,
                 const std::string& commit);
  Status hand_on_bisections();
  Status follow_bisections();

  Tools tools_;
};

/// Where the files of nightlies are: a folder for each, like those of jobs, to
/// be copied for each night.
std::filesystem::path nightlies_folder(const StatePaths& state);

/// A night's row for one that is begun by hand now.
NewNight asked_night(const StoredNightly& nightly, WallTime now);

/// Copies a job's files, whole or not at all; what stands there goes.
Status copy_job_files(const std::filesystem::path& from,
                      const std::filesystem::path& to);

/// Removes folders of nightlies that the book does not know.
Status remove_unneeded_nightlies(const StatePaths& state, NightlyBook& book);

/// Has a watch turn in a thread of its own: when something is due, when it is
/// woken, and once a minute, since clocks are set. The destructor waits for
/// the turn at hand; `stop`, once requested, ends what that waits for.
class NightShift
{
public:
  NightShift(NightWatch& watch, const Stop& stop);
  NightShift(const NightShift&) = delete;
  NightShift& operator=(const NightShift&) = delete;
  ~NightShift();

  void wake();

private:
  void work();

  NightWatch& watch_;
  const Stop& stop_;
  std::mutex mutex_;
  std::condition_variable news_;
  bool has_news_ = false;
  bool is_closing_ = false;
  std::thread thread_; ///< last: it uses all of the above
};

} // namespace oopsfarm
