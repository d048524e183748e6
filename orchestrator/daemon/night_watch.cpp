// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/night_watch.h"

#include "base/id.h"
#include "base/log.h"
#include "base/units.h"
#include "schedule/due.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace oopsfarm {

namespace fs = std::filesystem;

static Instant instant_of(WallTime time)
{
  return Instant(std::chrono::floor<std::chrono::seconds>(time));
}

static WallTime wall_time_of(Instant instant)
{
  return instant.time_since_epoch();
}

static std::string name_of(const StoredNightly& nightly)
{
  return nightly.asked.owner + "/" + nightly.asked.name;
}

fs::path nightlies_folder(const StatePaths& state)
{
  return state.root / "nightlies";
}

/// "2 nights before were missed; begun 7 h 12 m late".
static std::string note_of(const Due& due, Instant now)
{
  constexpr std::chrono::minutes not_worth_a_word{10};
  std::string note;
  if (due.missed > 0) {
    note = fmt::format("{} due before {} missed: the daemon did not run, or "
                       "was busy",
                       due.missed == 1
                           ? "1 night that was"
                           : fmt::format("{} nights that were", due.missed),
                       due.missed == 1 ? "was" : "were");
  }
  if (now - due.at > not_worth_a_word) {
    note += note.empty() ? "" : "; ";
    note += fmt::format("begun {} late", format_duration(now - due.at));
  }
  return note;
}

NewNight asked_night(const StoredNightly& nightly, WallTime now)
{
  NewNight night;
  night.job = new_id();
  night.due = now;
  night.is_asked = true;
  night.note = "begun by hand";
  const auto schedule = Schedule::parse(nightly.asked.schedule);
  if (schedule) {
    night.day = schedule->local_day(instant_of(now));
  }
  return night;
}

Result<WallTime> NightWatch::look_at(const StoredNightly& nightly, WallTime now)
{
  TRY_ASSIGN(const auto schedule, Schedule::parse(nightly.asked.schedule));
  TRY_ASSIGN(const auto last, tools_.book.nights(nightly.number, 1));
  const bool is_running = !last.empty() && last.front().is_running();
  const auto settled = instant_of(nightly.settled);
  const auto due = what_is_due(schedule, settled, instant_of(now), is_running);
  if (due.action == DueAction::start) {
    NewNight night;
    night.job = new_id();
    night.due = wall_time_of(due.at);
    night.day = schedule.local_day(due.at);
    night.note = note_of(due, instant_of(now));
    log::info(fmt::format("{}: the night of {} begins as {}",
                          name_of(nightly),
                          night.day,
                          night.job));
    TRY(tools_.book.begin_night(nightly.number, night));
  } else if (due.action == DueAction::leave_out) {
    const auto note = fmt::format("{} was left out: {} still ran",
                                  schedule.local(due.at),
                                  last.front().begun.job);
    log::warning(name_of(nightly) + ": " + note);
    TRY(tools_.book.settle(nightly.number, wall_time_of(due.at), note));
  } else if (due.at != settled) {
    const auto note = fmt::format("the clock was set back on {}",
                                  schedule.local(instant_of(now)));
    log::warning(name_of(nightly) + ": " + note);
    TRY(tools_.book.settle(nightly.number, wall_time_of(due.at), note));
  }
  return wall_time_of(due.next);
}

Status copy_job_files(const fs::path& from, const fs::path& to)
{
  TRY(make_folder(to.parent_path()));
  TRY(remove_tree(to)); // of a daemon that was killed here
  TRY_ASSIGN(const auto scratch, TempFolder::make(to.parent_path(), "new-"));
  const auto whole = scratch.path() / "job";
  std::error_code error;
  fs::copy(from, whole, fs::copy_options::recursive, error);
  if (!error) {
    fs::rename(whole, to, error);
  }
  return error ? Status(infra_error(fmt::format(
                     "cannot copy {}: {}", from.string(), error.message())))
               : Status(Ok{});
}

Status NightWatch::add_job(const StoredNight& night,
                           const StoredNightly& nightly,
                           const std::string& commit)
{
  const auto& id = night.begun.job;
  TRY_ASSIGN(const auto known, tools_.store.job(id));
  if (known) {
    return Ok{}; // of a daemon that was killed behind this
  }
  const auto& asked = nightly.asked;
  TRY(copy_job_files(nightlies_folder(tools_.state) / asked.folder,
                     tools_.state.jobs() / id));
  NewJob job;
  job.id = id;
  job.name = asked.name;
  job.owner = asked.owner;
  job.priority = asked.priority;
  job.file = asked.file;
  job.seed = asked.seed;
  job.repeat = asked.repeat;
  job.targets = asked.targets;
  job.base_commit = commit;
  return tools_.store.add_job(job);
}

Status NightWatch::submit(const StoredNight& night)
{
  TRY_ASSIGN(const auto nightly, tools_.book.find(night.owner, night.name));
  if (!nightly) {
    return Ok{}; // removed meanwhile, and the night with it
  }
  const auto tip =
      tools_.trees.bring_up(nightly->asked.tree, nightly->asked.base);
  if (!tip && tip.error().fault == Fault::infra) {
    return tip.error(); // it stays to be submitted
  }
  // What is wrong with tree or base the job will say, and fail.
  const auto commit = tip ? tip->commit : std::string();
  const auto note = tip ? tip->note : tip.error().message;
  if (!note.empty()) {
    log::warning(fmt::format("{}: {}", name_of(*nightly), note));
  }
  TRY(add_job(night, *nightly, commit));
  TRY(tools_.book.submitted(night.begun.job, commit, note));
  tools_.wake();
  return Ok{};
}

Status NightWatch::hand_on_bisections()
{
  if (tools_.bisector == nullptr) {
    return Ok{};
  }
  TRY_ASSIGN(auto wanted, tools_.book.bisections("wanted"));
  for (auto& each : wanted) {
    // Its id first: who comes after a kill queues it once all the same.
    if (each.job.empty()) {
      each.job = new_id();
      TRY(tools_.book.set_bisection(each.number, "wanted", each.job, ""));
    }
    const auto queued = tools_.bisector->queue(each);
    if (queued) {
      log::info(fmt::format("{}: bisected as {}", each.night, each.job));
      TRY(tools_.book.set_bisection(each.number, "queued", each.job, ""));
      tools_.wake();
    } else if (queued.error().fault == Fault::user) {
      TRY(tools_.book.set_bisection(
          each.number, "failed", "", queued.error().message));
    } else {
      log::warning(fmt::format("{}: {}", each.night, queued.error().message));
    }
  }
  return Ok{};
}

/// What became of their jobs.
Status NightWatch::follow_bisections()
{
  TRY_ASSIGN(const auto queued, tools_.book.bisections("queued"));
  for (const auto& each : queued) {
    TRY_ASSIGN(const auto job, tools_.store.job(each.job));
    if (job && job->state == JobState::ended) {
      TRY(tools_.book.set_bisection(
          each.number, "ended", each.job, "oopsfarm report " + each.job));
    } else if (!job || job->state == JobState::failed ||
               job->state == JobState::cancelled) {
      TRY(tools_.book.set_bisection(each.number,
                                    "failed",
                                    each.job,
                                    job ? job->error : "its job is gone"));
    }
  }
  return Ok{};
}

Result<WallTime> NightWatch::turn()
{
  const auto now = tools_.clock();
  auto next = WallTime::max();
  TRY_ASSIGN(const auto nightlies, tools_.book.all());
  for (const auto& nightly : nightlies) {
    const auto due = look_at(nightly, now);
    if (due) {
      next = std::min(next, *due);
    } else if (due.error().fault == Fault::infra) {
      return due.error();
    } else {
      log::warning(name_of(nightly) + ": " + due.error().message);
    }
  }
  TRY_ASSIGN(const auto nights, tools_.book.unsubmitted());
  for (const auto& night : nights) {
    if (const auto done = submit(night); !done) {
      log::warning(fmt::format("night {} of {}: {}; to be tried again",
                               night.begun.job,
                               night.name,
                               done.error().message));
    }
  }
  TRY(hand_on_bisections());
  TRY(follow_bisections());
  return next;
}

Status remove_unneeded_nightlies(const StatePaths& state, NightlyBook& book)
{
  TRY_ASSIGN(const auto nightlies, book.all());
  std::set<std::string> needed;
  for (const auto& nightly : nightlies) {
    needed.insert(nightly.asked.folder);
  }
  std::error_code absent;
  for (const auto& entry :
       fs::directory_iterator(nightlies_folder(state), absent)) {
    if (!needed.contains(entry.path().filename().string())) {
      TRY(remove_tree(entry.path()));
    }
  }
  return Ok{};
}

NightShift::NightShift(NightWatch& watch, const Stop& stop)
    : watch_(watch), stop_(stop), thread_([this] { work(); })
{
}

NightShift::~NightShift()
{
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  news_.notify_one();
  thread_.join();
}

void NightShift::wake()
{
  {
    const std::lock_guard lock(mutex_);
    has_news_ = true;
  }
  news_.notify_one();
}

void NightShift::work()
{
  constexpr WallTime longest = std::chrono::minutes(1);
  std::unique_lock lock(mutex_);
  while (!is_closing_) {
    has_news_ = false;
    lock.unlock();
    auto pause = longest;
    if (!stop_.requested()) {
      const auto next = watch_.turn();
      if (next) {
        pause = std::clamp(*next - wall_now(), WallTime(0), longest);
      } else {
        log::error("nights: " + next.error().message);
      }
    }
    lock.lock();
    news_.wait_for(lock, pause, [this] { return has_news_ || is_closing_; });
  }
}

} // namespace oopsfarm
