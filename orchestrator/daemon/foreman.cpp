// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/foreman.h"

#include "base/log.h"
#include "daemon/night_end.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace oopsfarm {

/// Between two looks at what steps say.
static constexpr std::chrono::milliseconds frame{200};

Foreman::Active::Active(StoredJob stored, Store& store, Board& board)
    : row(std::move(stored)), ledger(store, row.asked.id),
      observer(board, row.asked.id)
{
}

Foreman::Foreman(Planner& planner,
                 const StatePaths& state,
                 Store& store,
                 Board& board,
                 Executor& executor,
                 Stop& stop,
                 NightlyBook* nights,
                 StopWishes wishes)
    : planner_(planner), store_(store), board_(board), state_(state),
      stop_(stop), nights_(nights), wishes_(std::move(wishes)),
      crew_(state, executor, stop),
      next_sweep_(std::chrono::steady_clock::now())
{
}

/// Whether the wishes end the loop; what is at work is left so.
bool Foreman::is_to_end()
{
  if (wishes_.reload && wishes_.reload()) {
    log::info("begins anew; steps at work go on");
    return true;
  }
  if (wishes_.asked == nullptr || !wishes_.asked->requested()) {
    return false;
  }
  switch (wishes_.on_stop) {
  case OnStop::requeue:
    stop_.request(wishes_.asked->signal());
    return false;
  case OnStop::finish:
    crew_.hold();
    return crew_.at_work() == 0;
  case OnStop::leave:
    return true;
  }
  return true;
}

Status Foreman::turn()
{
  clerk_.collect();
  TRY(trouble_);
  if (has_news_.exchange(false)) {
    TRY(look_for_news());
  }
  sweep_now_and_then();
  go_on_bisecting();
  crew_.turn(frame, [this](JobWork& work, Status end) {
    left_crew(work, std::move(end));
  });
  return trouble_;
}

Status Foreman::run()
{
  TRY(resume());
  while (!stop_.requested()) {
    TRY(turn());
    if (is_to_end()) {
      stop_.request(SIGTERM); // whatever the clerk is at
      return Ok{};
    }
  }
  return crew_.remove_all();
}

/// Jobs that an earlier daemon had begun go first, in their old order.
Status Foreman::resume()
{
  constexpr std::size_t all = 1'000'000;
  TRY_ASSIGN(const auto rows, store_.in_order(JobState::running, all));
  for (const auto& row : rows) {
    log::info(fmt::format("{}: goes on", row.asked.id));
    take_in(row);
  }
  return Ok{};
}

Status Foreman::look_for_news()
{
  TRY(cancel_what_is_unwanted());
  return admit();
}

bool Foreman::may_enter(const StoredJob& row) const
{
  return active_.size() < max_active ||
         std::all_of(active_.begin(), active_.end(), [&](auto& entry) {
           return entry.second->row.asked.priority < row.asked.priority;
         });
}

Status Foreman::admit()
{
  TRY_ASSIGN(const auto rows, store_.in_order(JobState::queued, max_active));
  for (const auto& row : rows) {
    if (!active_.contains(row.asked.id) && may_enter(row)) {
      take_in(row);
    }
  }
  return Ok{};
}

Status Foreman::cancel_what_is_unwanted()
{
  std::vector<std::string> unwanted;
  for (const auto& [id, active] : active_) {
    TRY_ASSIGN(const auto row, store_.job(id));
    if (!row || row->cancel_wanted) {
      unwanted.push_back(id);
    }
  }
  for (const auto& id : unwanted) {
    auto& active = *active_.at(id);
    if (active.bisections) {
      active.bisections->abort();
    } else if (active.work && !active.is_in_crew) {
      continue; // its report is being written: it has ended
    }
    if (active.is_in_crew) {
      TRY(crew_.remove(*active.work));
    }
    TRY_ASSIGN(const auto row, store_.job(id));
    if (row && row->state == JobState::running) {
      TRY(store_.set_cancelled(id));
    }
    log::info(id + ": cancelled");
    board_.forget(id);
    // The clerk may be at it: what it brings finds no such job.
    active_.erase(id);
  }
  return Ok{};
}

void Foreman::take_in(const StoredJob& row)
{
  const auto id = row.asked.id;
  auto active = std::make_unique<Active>(row, store_, board_);
  active_[id] = std::move(active);
  clerk_.ask([this, row]() -> Clerk::Done {
    // An observer of its own: the job may be cancelled meanwhile.
    BoardObserver observer(board_, row.asked.id);
    auto prepared =
        std::make_shared<Result<PreparedJob>>(planner_.prepare(row, observer));
    return [this, id = row.asked.id, prepared] {
      planned(id, std::move(*prepared));
    };
  });
}

void Foreman::note(Status status)
{
  if (!status && trouble_) {
    trouble_ = std::move(status);
  }
}

void Foreman::planned(const std::string& id, Result<PreparedJob> prepared)
{
  const auto found = active_.find(id);
  if (found == active_.end() || stop_.requested()) {
    return;
  }
  if (!prepared) {
    fail(id, prepared.error());
    return;
  }
  auto& active = *found->second;
  active.prepared = *std::move(prepared);
  active.work = std::make_unique<JobWork>(active.prepared.plan,
                                          planner_.context(),
                                          active.prepared.accelerators,
                                          active.ledger,
                                          active.observer);
  if (auto begun = begin(active); !begun) {
    fail(id, begun.error());
  }
}

Status Foreman::begin(Active& active)
{
  const auto& id = active.row.asked.id;
  if (active.row.state == JobState::queued) {
    TRY(store_.begin_job(id, active.prepared.report.base_commit));
    TRY_ASSIGN(const auto row, store_.job(id));
    if (!row) {
      return internal_error(id + ": the job is gone");
    }
    active.row = *row;
  }
  if (!active.prepared.report.cells.empty()) {
    write_report(id); // the series does not apply
    return Ok{};
  }
  TRY(crew_.add(*active.work,
                {active.row.asked.priority, active.row.asked.owner}));
  active.is_in_crew = true;
  return Ok{};
}

void Foreman::left_crew(const JobWork& work, Status end)
{
  const auto found =
      std::find_if(active_.begin(), active_.end(), [&](auto& entry) {
        return entry.second->work.get() == &work;
      });
  if (found == active_.end()) {
    for (const auto& [id, active] : active_) {
      if (active->bisections && active->bisections->left(work, end)) {
        return;
      }
    }
    return;
  }
  found->second->is_in_crew = false;
  if (end && may_bisect(found->second->prepared.job)) {
    plan_bisections(found->first);
  } else if (end) {
    write_report(found->first);
  } else {
    fail(found->first, end.error());
  }
}

void Foreman::plan_bisections(const std::string& id)
{
  const auto* active = active_.at(id).get();
  clerk_.ask([this, id, active]() -> Clerk::Done {
    auto plan = std::make_shared<Result<BisectionPlan>>(
        planner_.bisections(active->row, active->prepared, *active->work));
    return [this, id, plan] { begin_bisections(id, std::move(*plan)); };
  });
}

/// Their journals are on disk: a later daemon comes here again, and goes on.
void Foreman::begin_bisections(const std::string& id,
                               Result<BisectionPlan> plan)
{
  if (stop_.requested()) {
    return;
  }
  if (!plan) {
    fail(id, plan.error());
    return;
  }
  auto& active = *active_.at(id);
  auto& notes = active.prepared.report.notes;
  notes.insert(notes.end(), plan->notes.begin(), plan->notes.end());
  active.bisections = std::make_unique<JobBisections>(
      std::move(plan->questions),
      planner_.context(),
      crew_,
      Crew::Rank{active.row.asked.priority, active.row.asked.owner},
      active.observer,
      stop_);
  wake(); // it may have been cancelled while this was looked up
}

void Foreman::go_on_bisecting()
{
  std::vector<std::string> done;
  for (const auto& [id, active] : active_) {
    if (active->bisections && active->bisections->go_on()) {
      active->bisections->add_to(active->prepared.report);
      active->bisections.reset();
      done.push_back(id);
    }
  }
  for (const auto& id : done) {
    write_report(id);
  }
}

void Foreman::write_report(const std::string& id)
{
  // The job stays active until then: it can't be taken away meanwhile.
  const auto* active = active_.at(id).get();
  clerk_.ask([this, id, active]() -> Clerk::Done {
    auto finished = std::make_shared<Result<FinishedJob>>(
        planner_.finish(active->row, active->prepared, *active->work));
    if (*finished && nights_ != nullptr) {
      end_night(*nights_, active->row, **finished);
    }
    return [this, id, finished] { note(finish(id, *finished)); };
  });
}

Status Foreman::finish(const std::string& id,
                       const Result<FinishedJob>& finished)
{
  if (stop_.requested()) {
    return Ok{}; // the next daemon writes it: all runs are in the ledger
  }
  if (!finished) {
    fail(id, finished.error());
    return Ok{};
  }
  TRY(store_.end_job(id, finished->exit_code, finished->report));
  log::info(fmt::format("{}: ended with {}", id, finished->exit_code));
  board_.forget(id);
  active_.erase(id);
  wake();
  return Ok{};
}

void Foreman::fail(const std::string& id, const Error& error)
{
  if (stop_.requested()) {
    return; // not the job's fault
  }
  log::warning(fmt::format("{}: {}", id, error.message));
  note(store_.fail_job(id, error.message));
  board_.forget(id);
  active_.erase(id);
  wake();
}

bool Foreman::is_needed(const KeptItem& item) const
{
  return std::any_of(active_.begin(), active_.end(), [&](const auto& entry) {
    const auto& plan = entry.second->prepared.plan;
    const auto& builds = plan.builds;
    // A job that is being planned may want any program that stands.
    return (item.kind == KeptKind::payload && !entry.second->work) ||
           std::any_of(builds.begin(),
                       builds.end(),
                       [&](const auto& build) {
                         return build.spec.out == item.path ||
                                build.spec.object_tree == item.path;
                       }) ||
           std::any_of(
               plan.runs.begin(), plan.runs.end(), [&](const auto& run) {
                 return item.path.filename() == run.image.hash;
               });
  });
}

/// In the foreman's thread: no job can come to want one of them meanwhile.
Status Foreman::take_out(const std::vector<KeptItem>& items)
{
  std::vector<KeptItem> go;
  for (const auto& item : items) {
    const bool is_run = item.kind == KeptKind::run;
    if (is_run) {
      TRY_ASSIGN(const auto run, store_.run(item.path.filename().string()));
      if (run && active_.contains(run->job)) {
        continue;
      }
    }
    go.push_back(item);
  }
  TRY_ASSIGN(const auto bytes,
             oopsfarm::take_out(state_, go, [this](const KeptItem& item) {
               return is_needed(item);
             }));
  if (bytes > 0) {
    log::info(fmt::format("gc: {} bytes of {} items went", bytes, go.size()));
  }
  clerk_.ask([this]() -> Clerk::Done {
    const auto emptied = empty_trash(state_);
    if (!emptied) {
      log::warning("gc: " + emptied.error().message);
    }
    return [] {};
  });
  return Ok{};
}

void Foreman::sweep_now_and_then()
{
  constexpr std::chrono::hours pause{1};
  const auto& config = planner_.context().config;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_sweep_ || (!config.gc_max_age && !config.gc_max_size)) {
    return;
  }
  next_sweep_ = now + pause;
  SweepLimits limits;
  limits.max_age = config.gc_max_age;
  limits.max_bytes = config.gc_max_size;
  clerk_.ask([this, limits]() -> Clerk::Done {
    auto items = survey(state_, stop_);
    if (!items) {
      log::warning("gc: " + items.error().message);
      return [] {};
    }
    auto go =
        choose(*std::move(items), limits, std::chrono::system_clock::now());
    return [this, go = std::move(go)] {
      if (const auto done = take_out(go); !done) {
        log::warning("gc: " + done.error().message);
      }
    };
  });
}

} // namespace oopsfarm
