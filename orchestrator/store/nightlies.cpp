// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/nightlies.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>

#include <array>
#include <mutex>

namespace oopsfarm {

namespace fs = std::filesystem;

struct NightlyBook::Database
{
  explicit Database(const fs::path& file)
      : path(file.string()), connection(path, SQLite::OPEN_READWRITE)
  {
  }

  std::string path;
  std::mutex mutex;
  SQLite::Database connection;
};

/// Does the work with the database locked; its exceptions end here. Several
/// statements are one transaction that begins as a writer (IMMEDIATE): one that
/// has read can't become a writer once the Store's connection has written.
template <typename Database, typename Work>
static auto with(Database& database, Work work) -> decltype(work())
{
  const std::lock_guard lock(database.mutex);
  try {
    return work();
  } catch (const SQLite::Exception& failure) {
    return infra_error(fmt::format("{}: {}", database.path, failure.what()));
  }
}

static std::int64_t ms_of(WallTime time)
{
  return static_cast<std::int64_t>(time.count());
}

namespace {

/// Takes the columns of a row one after the other.
class Row
{
public:
  explicit Row(SQLite::Statement& statement) : statement_(statement) {}

  std::string text() { return statement_.getColumn(column_++).getString(); }

  std::int64_t number() { return statement_.getColumn(column_++).getInt64(); }

  WallTime time() { return WallTime(number()); }

  template <typename T> std::optional<T> maybe()
  {
    const auto column = statement_.getColumn(column_++);
    return column.isNull() ? std::nullopt
                           : std::optional(static_cast<T>(column.getInt64()));
  }

private:
  SQLite::Statement& statement_;
  int column_ = 0;
};

} // namespace

NightlyBook::NightlyBook(std::unique_ptr<Database> database)
    : database_(std::move(database))
{
}

NightlyBook::NightlyBook(NightlyBook&&) noexcept = default;
NightlyBook& NightlyBook::operator=(NightlyBook&&) noexcept = default;
NightlyBook::~NightlyBook() = default;

Result<NightlyBook> NightlyBook::open(const fs::path& file)
{
  try {
    auto database = std::make_unique<Database>(file);
    constexpr int patience_ms = 5000;
    database->connection.setBusyTimeout(patience_ms);
    database->connection.exec("PRAGMA synchronous = FULL");
    database->connection.exec("PRAGMA foreign_keys = ON");
    return NightlyBook(std::move(database));
  } catch (const SQLite::Exception& failure) {
    return infra_error(fmt::format("{}: {}", file.string(), failure.what()));
  }
}

template <typename T>
static void bind(SQLite::Statement& statement,
                 const char* name,
                 const std::optional<T>& value)
{
  if (value) {
    statement.bind(name, static_cast<std::int64_t>(*value));
  }
}

Result<std::string> NightlyBook::put(const NewNightly& nightly, WallTime now)
{
  return with(*database_, [&]() -> Result<std::string> {
    auto& connection = database_->connection;
    SQLite::Transaction transaction(connection,
                                    SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement old(
        connection,
        "SELECT folder FROM nightlies WHERE owner = ? AND name = ?");
    SQLite::bind(old, nightly.owner, nightly.name);
    const auto unneeded =
        old.executeStep() ? old.getColumn(0).getString() : std::string();
    old.reset();
    SQLite::Statement put(
        connection,
        "INSERT INTO nightlies (owner, name, tree, base, schedule, folder, "
        "file, seed, repeat, targets, priority, made_ms, settled_ms) "
        "VALUES (:owner, :name, :tree, :base, :schedule, :folder, :file, "
        " :seed, :repeat, :targets, :priority, :now, :now) "
        "ON CONFLICT (owner, name) DO UPDATE SET tree = :tree, base = :base, "
        "schedule = :schedule, folder = :folder, "
        "file = :file, seed = :seed, repeat = :repeat, targets = :targets, "
        "priority = :priority, made_ms = :now, settled_ms = :now, note = ''");
    put.bind(":owner", nightly.owner);
    put.bind(":name", nightly.name);
    put.bind(":tree", nightly.tree);
    put.bind(":base", nightly.base);
    put.bind(":schedule", nightly.schedule);
    put.bind(":folder", nightly.folder);
    put.bind(":file", nightly.file);
    bind(put, ":seed", nightly.seed);
    bind(put, ":repeat", nightly.repeat);
    put.bind(":targets", join(nightly.targets, ","));
    put.bind(":priority", nightly.priority);
    put.bind(":now", ms_of(now));
    put.exec();
    transaction.commit();
    return unneeded;
  });
}

static constexpr const char* select_nightlies =
    "SELECT seq, owner, name, tree, base, schedule, folder, file, seed, "
    "repeat, targets, priority, made_ms, settled_ms, note "
    "FROM nightlies ";

static StoredNightly nightly_of(SQLite::Statement& statement)
{
  Row row(statement);
  StoredNightly nightly;
  nightly.number = row.number();
  auto& asked = nightly.asked;
  asked.owner = row.text();
  asked.name = row.text();
  asked.tree = row.text();
  asked.base = row.text();
  asked.schedule = row.text();
  asked.folder = row.text();
  asked.file = row.text();
  asked.seed = row.maybe<std::uint64_t>();
  asked.repeat = row.maybe<unsigned>();
  if (const auto targets = row.text(); !targets.empty()) {
    asked.targets = split(targets, ',');
  }
  asked.priority = static_cast<int>(row.number());
  nightly.made = row.time();
  nightly.settled = row.time();
  nightly.note = row.text();
  return nightly;
}

Result<std::vector<StoredNightly>> NightlyBook::all()
{
  return with(*database_, [&]() -> Result<std::vector<StoredNightly>> {
    SQLite::Statement query(database_->connection,
                            std::string(select_nightlies) +
                                "ORDER BY owner, name");
    std::vector<StoredNightly> nightlies;
    while (query.executeStep()) {
      nightlies.push_back(nightly_of(query));
    }
    return nightlies;
  });
}

Result<std::optional<StoredNightly>> NightlyBook::find(const std::string& owner,
                                                       const std::string& name)
{
  return with(*database_, [&]() -> Result<std::optional<StoredNightly>> {
    SQLite::Statement query(database_->connection,
                            std::string(select_nightlies) +
                                "WHERE owner = ? AND name = ?");
    SQLite::bind(query, owner, name);
    return query.executeStep() ? std::optional(nightly_of(query))
                               : std::nullopt;
  });
}

Result<bool> NightlyBook::remove(std::int64_t nightly)
{
  return with(*database_, [&]() -> Result<bool> {
    SQLite::Statement query(database_->connection,
                            "DELETE FROM nightlies WHERE seq = ?");
    SQLite::bind(query, nightly);
    return query.exec() == 1;
  });
}

Status
NightlyBook::settle(std::int64_t nightly, WallTime due, const std::string& note)
{
  return with(*database_, [&]() -> Status {
    SQLite::Statement query(
        database_->connection,
        "UPDATE nightlies SET settled_ms = ?, note = ? WHERE seq = ?");
    SQLite::bind(query, ms_of(due), note, nightly);
    query.exec();
    return Ok{};
  });
}

Status NightlyBook::begin_night(std::int64_t nightly, const NewNight& night)
{
  return with(*database_, [&]() -> Status {
    auto& connection = database_->connection;
    SQLite::Transaction transaction(connection,
                                    SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement insert(
        connection,
        "INSERT INTO nights (nightly, job, due_ms, day, is_asked, note) "
        "VALUES (?, ?, ?, ?, ?, ?)");
    SQLite::bind(insert,
                 nightly,
                 night.job,
                 ms_of(night.due),
                 night.day,
                 night.is_asked ? 1 : 0,
                 night.note);
    insert.exec();
    if (!night.is_asked) {
      SQLite::Statement update(
          connection,
          "UPDATE nightlies SET settled_ms = ?, note = '' WHERE seq = ?");
      SQLite::bind(update, ms_of(night.due), nightly);
      update.exec();
    }
    transaction.commit();
    return Ok{};
  });
}

static constexpr const char* select_nights =
    "SELECT nights.job, due_ms, day, is_asked, nights.note, nightly, "
    "nightlies.owner, nightlies.name, is_submitted, nights.base_commit, "
    "record, comparison, jobs.state, jobs.exit_code, jobs.error FROM nights "
    "JOIN nightlies ON nightlies.seq = nights.nightly "
    "LEFT JOIN jobs ON jobs.id = nights.job ";

static std::optional<JobState> state_of(const std::string& text)
{
  for (const auto state : {JobState::queued,
                           JobState::running,
                           JobState::ended,
                           JobState::failed,
                           JobState::cancelled}) {
    if (text == to_string(state)) {
      return state;
    }
  }
  return std::nullopt;
}

static StoredNight night_of(SQLite::Statement& statement)
{
  Row row(statement);
  StoredNight night;
  night.begun.job = row.text();
  night.begun.due = row.time();
  night.begun.day = row.text();
  night.begun.is_asked = row.number() != 0;
  night.begun.note = row.text();
  night.nightly = row.number();
  night.owner = row.text();
  night.name = row.text();
  night.is_submitted = row.number() != 0;
  night.base_commit = row.text();
  night.record = row.text();
  night.comparison = row.text();
  night.state = state_of(row.text());
  night.exit_code = static_cast<int>(row.number());
  night.error = row.text();
  return night;
}

static std::vector<StoredNight> nights_of(SQLite::Statement& query)
{
  std::vector<StoredNight> nights;
  while (query.executeStep()) {
    nights.push_back(night_of(query));
  }
  return nights;
}

Result<std::vector<StoredNight>> NightlyBook::unsubmitted()
{
  return with(*database_, [&]() -> Result<std::vector<StoredNight>> {
    SQLite::Statement query(database_->connection,
                            std::string(select_nights) +
                                "WHERE NOT is_submitted ORDER BY nights.seq");
    return nights_of(query);
  });
}

static Status expect_row(int changed, const std::string& job)
{
  return changed == 1
             ? Status(Ok{})
             : internal_error(fmt::format("the database has no night {}", job));
}

Status NightlyBook::submitted(const std::string& job,
                              const std::string& base_commit,
                              const std::string& note)
{
  return with(*database_, [&]() -> Status {
    SQLite::Statement query(
        database_->connection,
        "UPDATE nights SET is_submitted = 1, base_commit = ?1, note = note || "
        "CASE WHEN note = '' OR ?2 = '' THEN '' ELSE '; ' END || ?2 "
        "WHERE job = ?3");
    SQLite::bind(query, base_commit, note, job);
    return expect_row(query.exec(), job);
  });
}

static void want(SQLite::Database& connection,
                 const std::string& night,
                 const StoredBisection& wanted)
{
  SQLite::Statement insert(
      connection,
      "INSERT INTO bisections_wanted (night, tree, good, bad, signature, "
      "title, target, kconfig, workload) "
      "SELECT seq, ?, ?, ?, ?, ?, ?, ?, ? FROM nights WHERE job = ? "
      "ON CONFLICT (night, signature) DO NOTHING");
  SQLite::bind(insert,
               wanted.tree,
               wanted.good,
               wanted.bad,
               wanted.signature,
               wanted.title,
               wanted.target,
               wanted.kconfig,
               wanted.workload,
               night);
  insert.exec();
}

Status NightlyBook::end_night(const std::string& job,
                              const std::string& record,
                              const std::string& comparison,
                              const std::vector<StoredBisection>& bisections)
{
  return with(*database_, [&]() -> Status {
    auto& connection = database_->connection;
    SQLite::Transaction transaction(connection,
                                    SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement update(
        connection,
        "UPDATE nights SET record = ?, comparison = ? WHERE job = ?");
    SQLite::bind(update, record, comparison, job);
    TRY(expect_row(update.exec(), job));
    for (const auto& wanted : bisections) {
      want(connection, job, wanted);
    }
    transaction.commit();
    return Ok{};
  });
}

Result<std::vector<StoredNight>> NightlyBook::nights(std::int64_t nightly,
                                                     std::size_t limit)
{
  return with(*database_, [&]() -> Result<std::vector<StoredNight>> {
    SQLite::Statement query(
        database_->connection,
        std::string(select_nights) +
            "WHERE nightly = ? ORDER BY nights.seq DESC LIMIT ?");
    SQLite::bind(query, nightly, static_cast<std::int64_t>(limit));
    return nights_of(query);
  });
}

Result<std::optional<StoredNight>> NightlyBook::night(const std::string& job)
{
  return with(*database_, [&]() -> Result<std::optional<StoredNight>> {
    SQLite::Statement query(database_->connection,
                            std::string(select_nights) +
                                "WHERE nights.job = ?");
    SQLite::bind(query, job);
    return query.executeStep() ? std::optional(night_of(query)) : std::nullopt;
  });
}

static constexpr const char* select_bisections =
    "SELECT bisections_wanted.seq, nights.job, owner, bisections_wanted.tree, "
    "good, bad, signature, title, target, kconfig, workload, state, "
    "bisections_wanted.job, result FROM bisections_wanted "
    "JOIN nights ON nights.seq = bisections_wanted.night "
    "JOIN nightlies ON nightlies.seq = nights.nightly ";

static std::vector<StoredBisection> bisections_in(SQLite::Statement& query)
{
  std::vector<StoredBisection> list;
  while (query.executeStep()) {
    Row row(query);
    StoredBisection each;
    each.number = row.number();
    for (auto* text : std::array{&each.night,
                                 &each.owner,
                                 &each.tree,
                                 &each.good,
                                 &each.bad,
                                 &each.signature,
                                 &each.title,
                                 &each.target,
                                 &each.kconfig,
                                 &each.workload,
                                 &each.state,
                                 &each.job,
                                 &each.result}) {
      *text = row.text();
    }
    list.push_back(std::move(each));
  }
  return list;
}

Result<std::vector<StoredBisection>>
NightlyBook::bisections(const std::string& state)
{
  return with(*database_, [&]() -> Result<std::vector<StoredBisection>> {
    SQLite::Statement query(database_->connection,
                            std::string(select_bisections) +
                                "WHERE state = ? ORDER BY "
                                "bisections_wanted.seq");
    SQLite::bind(query, state);
    return bisections_in(query);
  });
}

Result<std::vector<StoredBisection>>
NightlyBook::bisections_of(const std::string& night)
{
  return with(*database_, [&]() -> Result<std::vector<StoredBisection>> {
    SQLite::Statement query(database_->connection,
                            std::string(select_bisections) +
                                "WHERE nights.job = ? ORDER BY "
                                "bisections_wanted.seq");
    SQLite::bind(query, night);
    return bisections_in(query);
  });
}

Status NightlyBook::set_bisection(std::int64_t number,
                                  const std::string& state,
                                  const std::string& job,
                                  const std::string& result)
{
  return with(*database_, [&]() -> Status {
    SQLite::Statement query(database_->connection,
                            "UPDATE bisections_wanted SET state = ?, job = ?, "
                            "result = ? WHERE seq = ?");
    SQLite::bind(query, state, job, result, number);
    return expect_row(query.exec(), job);
  });
}

} // namespace oopsfarm
