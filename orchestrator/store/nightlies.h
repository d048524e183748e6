// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "store/store.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// A job that comes again by a schedule, as somebody handed it in.
struct NewNightly
{
  std::string owner;
  std::string name;     ///< the job's; one of an owner's is one nightly
  std::string tree;     ///< name
  std::string base;     ///< as the job file has it; "": the newest tag
  std::string schedule; ///< as Schedule::parse() takes it
  std::string folder;   ///< of its files, below the state folder's nightlies/
  std::string file;     ///< the job file, relative to it
  std::optional<std::uint64_t> seed; ///< instead of the job file's
  std::optional<unsigned> repeat;
  std::vector<std::string> targets;
  int priority = 0; ///< of its nights
};

/// A nightly as the database has it.
struct StoredNightly
{
  std::int64_t number = 0; ///< stays when it is handed in again
  NewNightly asked;
  WallTime made{0};
  WallTime settled{0}; ///< all nights due up to then are begun or left out
  std::string note;    ///< what people should know: a night was left out, …
};

/// A night that begins.
struct NewNight
{
  std::string job; ///< its job's id, though the job follows later
  WallTime due{0};
  std::string day;       ///< "2026-11-23", where its schedule is
  bool is_asked = false; ///< by a human, at another time than it was due
  std::string note;      ///< "3 nights were missed", or ""
};

/// A night as the database has it.
struct StoredNight
{
  NewNight begun;
  std::int64_t nightly = 0;
  std::string owner;
  std::string name;
  bool is_submitted = false;     ///< its job is in the store
  std::string base_commit;       ///< "" until it is submitted, or unknown
  std::string record;            ///< nightly/night.h as JSON; "" until it ended
  std::string comparison;        ///< nightly/compare.h as JSON; the same
  std::optional<JobState> state; ///< the job's; none: it is not there (yet)
  int exit_code = 0;
  std::string error;

  /// What runs keeps the next night from beginning.
  bool is_running() const
  {
    return !is_submitted || state == JobState::queued ||
           state == JobState::running;
  }
};

/// A bisection that a night asks for (nightly/bisections.h has the members'
/// meanings), and what became of it.
struct StoredBisection
{
  std::int64_t number = 0;
  std::string night; ///< the night's job
  std::string owner;
  std::string tree;
  std::string good;
  std::string bad;
  std::string signature;
  std::string title;
  std::string target;
  std::string kconfig;
  std::string workload;
  std::string state = "wanted"; ///< "queued", "ended", "failed"
  std::string job;              ///< that does it, once it is queued
  std::string result;           ///< one line for people, once it has ended
};

/// The part of the farm's database that is about nights: a connection of its
/// own beside the Store's. Errors and threads as the Store's.
class NightlyBook
{
public:
  /// REQUIRES: a Store has opened the same file, and has brought it up to date.
  static Result<NightlyBook> open(const std::filesystem::path& file);

  NightlyBook(NightlyBook&&) noexcept;
  NightlyBook& operator=(NightlyBook&&) noexcept;
  ~NightlyBook();

  /// Adds a nightly, or replaces what its owner had under its name; nights due
  /// until `now` are settled. Gives the folder that is not needed any more, or
  /// "".
  Result<std::string> put(const NewNightly& nightly, WallTime now);

  /// By owner and name.
  Result<std::vector<StoredNightly>> all();

  Result<std::optional<StoredNightly>> find(const std::string& owner,
                                            const std::string& name);

  /// With its nights; their jobs stay. False: there is none.
  Result<bool> remove(std::int64_t nightly);

  /// A night that was due is not begun, and `note` says why.
  Status settle(std::int64_t nightly, WallTime due, const std::string& note);

  /// From now on the night is part of the farm, whatever dies. One that was
  /// not asked for settles what is due up to it.
  Status begin_night(std::int64_t nightly, const NewNight& night);

  /// Nights whose job is not in the store yet.
  Result<std::vector<StoredNight>> unsubmitted();

  /// The job is in the store. `note` is added to the night's.
  Status submitted(const std::string& job,
                   const std::string& base_commit,
                   const std::string& note);

  /// Its record and comparison, and what it wants bisected. Doing so again
  /// changes nothing that is asked for already.
  Status end_night(const std::string& job,
                   const std::string& record,
                   const std::string& comparison,
                   const std::vector<StoredBisection>& bisections);

  /// The newest first.
  Result<std::vector<StoredNight>> nights(std::int64_t nightly,
                                          std::size_t limit);

  /// Nothing when the job is no night's.
  Result<std::optional<StoredNight>> night(const std::string& job);

  /// In the order in which they were asked for.
  Result<std::vector<StoredBisection>> bisections(const std::string& state);

  /// Those of one night.
  Result<std::vector<StoredBisection>> bisections_of(const std::string& night);

  Status set_bisection(std::int64_t number,
                       const std::string& state,
                       const std::string& job,
                       const std::string& result);

private:
  struct Database;
  explicit NightlyBook(std::unique_ptr<Database> database);

  std::unique_ptr<Database> database_;
};

} // namespace oopsfarm
