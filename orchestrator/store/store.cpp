// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/store.h"

#include "base/strings.h"
#include "model/json.h"
#include "store/schema.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <mutex>

namespace oopsfarm {

namespace fs = std::filesystem;

WallTime wall_now()
{
  return std::chrono::duration_cast<WallTime>(
      std::chrono::system_clock::now().time_since_epoch());
}

const char* to_string(JobState state)
{
  switch (state) {
  case JobState::queued:
    return "queued";
  case JobState::running:
    return "running";
  case JobState::ended:
    return "ended";
  case JobState::failed:
    return "failed";
  case JobState::cancelled:
    return "cancelled";
  }
  return "failed";
}

static JobState state_of(const std::string& text)
{
  for (const auto state : {JobState::queued,
                           JobState::running,
                           JobState::ended,
                           JobState::cancelled}) {
    if (text == to_string(state)) {
      return state;
    }
  }
  return JobState::failed;
}

/// The connection, its prepared statements, and who may use them now.
struct Store::Database
{
  explicit Database(const fs::path& file)
      : path(file.string()),
        connection(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
  {
  }

  /// A statement with its parameters forgotten; made once.
  SQLite::Statement& statement(const char* sql)
  {
    auto& known = statements[sql];
    if (!known) {
      known = std::make_unique<SQLite::Statement>(connection, sql);
    }
    known->reset();
    known->clearBindings();
    return *known;
  }

  std::string path;
  std::mutex mutex;
  SQLite::Database connection;
  std::map<std::string, std::unique_ptr<SQLite::Statement>> statements;
};

/// Does the work with the database locked; its exceptions end here.
template <typename Database, typename Work>
static auto with(Database& database, Work work) -> decltype(work())
{
  const std::lock_guard lock(database.mutex);
  try {
    return work();
  } catch (const SQLite::Exception& failure) {
    const bool is_full = failure.getErrorCode() == SQLITE_FULL;
    return infra_error(fmt::format("{}: {}{}",
                                   database.path,
                                   failure.what(),
                                   is_full ? "; make room there" : ""));
  }
}

/// The same for what somebody is told to be kept, even if the host loses its
/// power right after. A run's rows need less: its step would be lost as well.
template <typename Database, typename Work>
static auto with_durable(Database& database, Work work) -> decltype(work())
{
  return with(database, [&] {
    struct FullSync
    {
      explicit FullSync(SQLite::Database& connection) : connection_(connection)
      {
        connection_.exec("PRAGMA synchronous = FULL");
      }

      FullSync(const FullSync&) = delete;
      FullSync& operator=(const FullSync&) = delete;

      ~FullSync() { connection_.tryExec("PRAGMA synchronous = NORMAL"); }

      SQLite::Database& connection_;
    };

    const FullSync full(database.connection);
    return work();
  });
}

/// A statement left in the middle of its rows would keep its snapshot.
namespace {

class Query
{
public:
  explicit Query(SQLite::Statement& statement) : statement_(statement) {}

  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  ~Query() { statement_.tryReset(); }

  template <typename... Values> Query& with(const Values&... values)
  {
    int place = 0;
    (statement_.bind(++place, values), ...);
    return *this;
  }

  bool next() { return statement_.executeStep(); }

  int run() { return statement_.exec(); }

  SQLite::Statement& row() { return statement_; }

private:
  SQLite::Statement& statement_;
};

} // namespace

Store::Store(std::unique_ptr<Database> database)
    : database_(std::move(database))
{
}

Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

/// Each version is one transaction: a kill in between leaves a whole database.
static Status migrate(SQLite::Database& connection, const std::string& path)
{
  const auto version = static_cast<std::size_t>(
      connection.execAndGet("PRAGMA user_version").getInt());
  if (version > migrations.size()) {
    return user_error(fmt::format(
        "{} is of a newer version of Oopsfarm (schema {}, this one knows {})",
        path,
        version,
        migrations.size()));
  }
  for (auto next = version; next < migrations.size(); ++next) {
    SQLite::Transaction transaction(connection);
    connection.exec(migrations.at(next));
    connection.exec(fmt::format("PRAGMA user_version = {}", next + 1));
    transaction.commit();
  }
  return Ok{};
}

Result<Store> Store::open(const fs::path& file)
{
  try {
    auto database = std::make_unique<Database>(file);
    auto& connection = database->connection;
    connection.setBusyTimeout(5000);
    connection.exec("PRAGMA journal_mode = WAL");
    connection.exec("PRAGMA synchronous = NORMAL");
    connection.exec("PRAGMA foreign_keys = ON");
    TRY(migrate(connection, database->path));
    return Store(std::move(database));
  } catch (const SQLite::Exception& failure) {
    return infra_error(fmt::format("{}: {}", file.string(), failure.what()));
  }
}

Status Store::add_job(const NewJob& job)
{
  return with_durable(*database_, [&]() -> Status {
    auto& insert = database_->statement(
        "INSERT INTO jobs (id, name, owner, priority, state, file, seed, "
        "repeat, targets, submitted_ms, base_commit) "
        "VALUES (?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?)");
    Query query(insert);
    query.with(job.id, job.name, job.owner, job.priority, job.file);
    constexpr int seed = 6;
    if (job.seed) {
      insert.bind(seed, static_cast<std::int64_t>(*job.seed));
    }
    if (job.repeat) {
      insert.bind(seed + 1, static_cast<std::int64_t>(*job.repeat));
    }
    insert.bind(seed + 2, join(job.targets, ","));
    insert.bind(seed + 3, static_cast<std::int64_t>(wall_now().count()));
    insert.bind(seed + 4, job.base_commit);
    query.run();
    return Ok{};
  });
}

static constexpr const char* job_columns =
    "id, name, owner, priority, state, cancel_wanted, file, seed, repeat, "
    "targets, base_commit, submitted_ms, begun_ms, ended_ms, exit_code, error, "
    "(SELECT count(*) FROM runs WHERE job = jobs.seq AND outcome NOT NULL), "
    "(SELECT count(*) FROM runs WHERE job = jobs.seq AND failed)";

static std::string select_jobs(const char* rest)
{
  return fmt::format("SELECT {} FROM jobs {}", job_columns, rest);
}

static StoredJob job_of(SQLite::Statement& row)
{
  int column = 0;
  const auto text = [&] { return row.getColumn(column++).getString(); };
  const auto number = [&] { return row.getColumn(column++).getInt64(); };
  StoredJob job;
  job.asked.id = text();
  job.asked.name = text();
  job.asked.owner = text();
  job.asked.priority = static_cast<int>(number());
  job.state = state_of(text());
  job.cancel_wanted = number() != 0;
  job.asked.file = text();
  if (!row.getColumn(column).isNull()) {
    job.asked.seed =
        static_cast<std::uint64_t>(row.getColumn(column).getInt64());
  }
  ++column;
  if (!row.getColumn(column).isNull()) {
    job.asked.repeat = static_cast<unsigned>(row.getColumn(column).getInt());
  }
  ++column;
  if (const auto targets = text(); !targets.empty()) {
    for (const auto& target : split(targets, ',')) {
      job.asked.targets.push_back(target);
    }
  }
  job.base_commit = text();
  job.submitted = WallTime(number());
  job.begun = WallTime(number());
  job.ended = WallTime(number());
  job.exit_code = static_cast<int>(number());
  job.error = text();
  job.runs = static_cast<std::size_t>(number());
  job.failed_runs = static_cast<std::size_t>(number());
  return job;
}

Result<std::optional<StoredJob>> Store::job(const std::string& id)
{
  return with(*database_, [&]() -> Result<std::optional<StoredJob>> {
    Query query(database_->statement(select_jobs("WHERE id = ?").c_str()));
    if (!query.with(id).next()) {
      return std::optional<StoredJob>();
    }
    return std::optional(job_of(query.row()));
  });
}

static std::vector<StoredJob> jobs_of(Query& query)
{
  std::vector<StoredJob> jobs;
  while (query.next()) {
    jobs.push_back(job_of(query.row()));
  }
  return jobs;
}

Result<std::vector<StoredJob>> Store::list(JobFilter filter, std::size_t limit)
{
  return with(*database_, [&]() -> Result<std::vector<StoredJob>> {
    const auto sql = select_jobs(filter == JobFilter::live
                                     ? "WHERE state IN ('queued', 'running') "
                                       "ORDER BY seq DESC LIMIT ?"
                                     : "ORDER BY seq DESC LIMIT ?");
    Query query(database_->statement(sql.c_str()));
    query.with(static_cast<std::int64_t>(limit));
    return jobs_of(query);
  });
}

Result<std::vector<StoredJob>> Store::in_order(JobState state,
                                               std::size_t limit)
{
  return with(*database_, [&]() -> Result<std::vector<StoredJob>> {
    const auto sql =
        select_jobs("WHERE state = ? ORDER BY priority DESC, seq LIMIT ?");
    Query query(database_->statement(sql.c_str()));
    query.with(std::string(to_string(state)), static_cast<std::int64_t>(limit));
    return jobs_of(query);
  });
}

Result<std::vector<std::pair<std::string, std::size_t>>> Store::counts()
{
  using Counts = std::vector<std::pair<std::string, std::size_t>>;
  return with(*database_, [&]() -> Result<Counts> {
    Query query(database_->statement(
        "SELECT state, count(*) FROM jobs GROUP BY state ORDER BY state"));
    Counts counts;
    while (query.next()) {
      counts.emplace_back(
          query.row().getColumn(0).getString(),
          static_cast<std::size_t>(query.row().getColumn(1).getInt64()));
    }
    return counts;
  });
}

static std::int64_t now_ms()
{
  return static_cast<std::int64_t>(wall_now().count());
}

static Status expect_row(int changed, const std::string& id)
{
  return changed == 1 ? Status(Ok{})
                      : internal_error(fmt::format(
                            "the database has no {} in that state", id));
}

Status Store::begin_job(const std::string& id, const std::string& base_commit)
{
  return with_durable(*database_, [&]() -> Status {
    Query query(database_->statement(
        "UPDATE jobs SET state = 'running', base_commit = ?, begun_ms = ? "
        "WHERE id = ? AND state = 'queued'"));
    return expect_row(query.with(base_commit, now_ms(), id).run(), id);
  });
}

Status
Store::end_job(const std::string& id, int exit_code, const StoredReport& report)
{
  return with_durable(*database_, [&]() -> Status {
    Query query(database_->statement(
        "UPDATE jobs SET state = 'ended', exit_code = ?, report_text = ?, "
        "report_json = ?, ended_ms = ? WHERE id = ? AND state = 'running'"));
    query.with(exit_code, report.text, report.json, now_ms(), id);
    return expect_row(query.run(), id);
  });
}

Status Store::fail_job(const std::string& id, const std::string& error)
{
  return with_durable(*database_, [&]() -> Status {
    Query query(database_->statement(
        "UPDATE jobs SET state = 'failed', error = ?, ended_ms = ? "
        "WHERE id = ? AND state IN ('queued', 'running')"));
    return expect_row(query.with(error, now_ms(), id).run(), id);
  });
}

Result<bool> Store::cancel_job(const std::string& id)
{
  return with_durable(*database_, [&]() -> Result<bool> {
    Query queued(database_->statement(
        "UPDATE jobs SET state = 'cancelled', cancel_wanted = 1, ended_ms = ? "
        "WHERE id = ? AND state = 'queued'"));
    if (queued.with(now_ms(), id).run() == 1) {
      return true;
    }
    Query running(database_->statement(
        "UPDATE jobs SET cancel_wanted = 1 WHERE id = ? AND "
        "state = 'running'"));
    return running.with(id).run() == 1;
  });
}

Status Store::set_cancelled(const std::string& id)
{
  return with_durable(*database_, [&]() -> Status {
    Query query(database_->statement(
        "UPDATE jobs SET state = 'cancelled', ended_ms = ? "
        "WHERE id = ? AND state = 'running'"));
    return expect_row(query.with(now_ms(), id).run(), id);
  });
}

Result<std::optional<StoredReport>> Store::report(const std::string& id)
{
  return with(*database_, [&]() -> Result<std::optional<StoredReport>> {
    Query query(
        database_->statement("SELECT report_text, report_json FROM jobs "
                             "WHERE id = ? AND state = 'ended'"));
    if (!query.with(id).next()) {
      return std::optional<StoredReport>();
    }
    return std::optional(StoredReport{query.row().getColumn(0).getString(),
                                      query.row().getColumn(1).getString()});
  });
}

static Result<StoredRun> run_of(SQLite::Statement& row)
{
  StoredRun run;
  run.id = row.getColumn(0).getString();
  run.job = row.getColumn(1).getString();
  run.place = static_cast<std::size_t>(row.getColumn(2).getInt64());
  if (!row.getColumn(3).isNull()) {
    TRY_ASSIGN(run.outcome, parse_run_outcome(row.getColumn(3).getString()));
  }
  return run;
}

static constexpr const char* select_runs =
    "SELECT runs.id, jobs.id, place, outcome FROM runs "
    "JOIN jobs ON jobs.seq = runs.job ";

Result<std::vector<StoredRun>> Store::runs(const std::string& job)
{
  return with(*database_, [&]() -> Result<std::vector<StoredRun>> {
    const auto sql =
        std::string(select_runs) + "WHERE jobs.id = ? ORDER BY runs.seq";
    Query query(database_->statement(sql.c_str()));
    query.with(job);
    std::vector<StoredRun> runs;
    while (query.next()) {
      TRY_ASSIGN(auto run, run_of(query.row()));
      runs.push_back(std::move(run));
    }
    return runs;
  });
}

Result<std::optional<StoredRun>> Store::run(const std::string& id)
{
  return with(*database_, [&]() -> Result<std::optional<StoredRun>> {
    const auto sql = std::string(select_runs) + "WHERE runs.id = ?";
    Query query(database_->statement(sql.c_str()));
    if (!query.with(id).next()) {
      return std::optional<StoredRun>();
    }
    TRY_ASSIGN(auto run, run_of(query.row()));
    return std::optional(std::move(run));
  });
}

Status Store::begin_run(const std::string& job,
                        std::size_t place,
                        const std::string& run_id)
{
  return with(*database_, [&]() -> Status {
    Query query(
        database_->statement("INSERT INTO runs (id, job, place, begun_ms) "
                             "SELECT ?, seq, ?, ? FROM jobs WHERE id = ?"));
    query.with(run_id, static_cast<std::int64_t>(place), now_ms(), job);
    return expect_row(query.run(), job);
  });
}

static bool is_failure(Verdict verdict)
{
  return verdict != Verdict::pass && verdict != Verdict::skip &&
         verdict != Verdict::infra;
}

Status Store::end_run(const RunOutcome& outcome)
{
  return with(*database_, [&]() -> Status {
    Query query(database_->statement(
        "UPDATE runs SET ended_ms = ?, failed = ?, outcome = ? "
        "WHERE id = ? AND outcome IS NULL"));
    query.with(now_ms(),
               is_failure(outcome.verdict) ? 1 : 0,
               to_json(outcome),
               outcome.run_id);
    return expect_row(query.run(), outcome.run_id);
  });
}

Status Store::drop_run(const std::string& run_id)
{
  return with(*database_, [&]() -> Status {
    Query query(database_->statement(
        "DELETE FROM runs WHERE id = ? AND outcome IS NULL"));
    query.with(run_id).run();
    return Ok{};
  });
}

} // namespace oopsfarm
