// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/step.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// Milliseconds since 1970, UTC: what the database keeps of a time.
using WallTime = std::chrono::milliseconds;

/// Now, by the system's clock.
WallTime wall_now();

/// A job's life. `ended` has an exit code, `failed` is the farm's fault or bad
/// input that shows only when the job begins (its error says what).
enum class JobState { queued, running, ended, failed, cancelled };

const char* to_string(JobState state);

/// What somebody asks for: a job that is not in the store yet.
struct NewJob
{
  std::string id;    ///< new_id()
  std::string name;  ///< as the job file has it
  std::string owner; ///< who asked: a user's name
  int priority = 0;  ///< the higher, the sooner
  std::string file;  ///< the job file, relative to the job's folder
  std::optional<std::uint64_t> seed; ///< instead of the job file's
  std::optional<unsigned> repeat;
  std::vector<std::string> targets; ///< none: the job file's
  std::string base_commit;          ///< where that is settled already, else ""
};

/// A job as the store has it.
struct StoredJob
{
  NewJob asked;
  JobState state = JobState::queued;
  bool cancel_wanted = false;
  std::string base_commit; ///< "" until it has begun, or as it was asked for
  WallTime submitted{0};
  WallTime begun{0}; ///< 0: not yet
  WallTime ended{0};
  int exit_code = 0;    ///< of `ended`
  std::string error;    ///< of `failed`
  std::size_t runs = 0; ///< observations so far
  std::size_t failed_runs = 0;
};

/// What a job came to, in the forms that people ask for.
struct StoredReport
{
  std::string text; ///< the table, without colour
  std::string json; ///< as `run --json` prints it
};

/// A run's row.
struct StoredRun
{
  std::string id;
  std::string job; ///< the job's id
  std::size_t place = 0;
  std::optional<RunOutcome> outcome; ///< none: it is at work
};

/// Which jobs list() gives.
enum class JobFilter { live, all };

/// The farm's memory: one SQLite database (WAL), of which this is the only
/// owner (docs/formats.md has the schema). What a function has done outlives a
/// kill -9 at any moment when it returns; what it did to a job outlives a power
/// cut as well. Rows of runs may be lost with the host, with the steps they
/// stand for.
///
/// Errors: infra on a full disk or a broken database, in SQLite's words; user
/// on a database of a newer version. Threads: all may call all.
class Store
{
public:
  /// Opens the database, makes it where there is none, and brings an older one
  /// up to date.
  static Result<Store> open(const std::filesystem::path& file);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  Status add_job(const NewJob& job);

  /// Nothing when there is no such job.
  Result<std::optional<StoredJob>> job(const std::string& id);

  /// The newest first, at most `limit`; `live` are those that are queued or
  /// running.
  Result<std::vector<StoredJob>> list(JobFilter filter, std::size_t limit);

  /// Of one state, in the order in which they are to begin: by priority, then
  /// as they came.
  Result<std::vector<StoredJob>> in_order(JobState state, std::size_t limit);

  /// How many jobs are in each state, by to_string() of it.
  Result<std::vector<std::pair<std::string, std::size_t>>> counts();

  Status begin_job(const std::string& id, const std::string& base_commit);
  Status
  end_job(const std::string& id, int exit_code, const StoredReport& report);
  Status fail_job(const std::string& id, const std::string& error);

  /// A queued job is cancelled at once (true); of one that runs it is noted
  /// that somebody wants it (true); an ended one stays as it is (false).
  Result<bool> cancel_job(const std::string& id);

  /// A job whose steps are gone has been cancelled.
  Status set_cancelled(const std::string& id);

  Result<std::optional<StoredReport>> report(const std::string& id);

  /// The job's runs in the order in which they began.
  Result<std::vector<StoredRun>> runs(const std::string& job);

  Result<std::optional<StoredRun>> run(const std::string& id);

  Status begin_run(const std::string& job,
                   std::size_t place,
                   const std::string& run_id);

  /// Fails (internal) when the run has an outcome already: an observation
  /// counts once.
  Status end_run(const RunOutcome& outcome);

  /// Forgets a run that has no outcome.
  Status drop_run(const std::string& run_id);

private:
  struct Database;
  explicit Store(std::unique_ptr<Database> database);

  std::unique_ptr<Database> database_;
};

} // namespace oopsfarm
