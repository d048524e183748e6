// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "daemon/board.h"
#include "daemon/clerk.h"
#include "daemon/planner.h"
#include "daemon/store_ledger.h"
#include "engine/crew.h"
#include "engine/job_bisections.h"
#include "exec/executor.h"
#include "model/farm.h"
#include "store/nightlies.h"
#include "store/store.h"
#include "sweep/sweep.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace oopsfarm {

/// Who may ask a foreman to end, beside its stop, and how it is to end then.
struct StopWishes
{
  const Stop* asked = nullptr; ///< end as `on_stop` says
  /// Asked each turn: leave all at work, to be taken over at once?
  std::function<bool()> reload = {};
  OnStop on_stop = OnStop::requeue;
};

/// The daemon's loop: takes jobs from the store, has them planned, works them
/// through a crew, and writes down what they came to. At its start it goes on
/// with the jobs that were running when an earlier daemon ended.
///
/// Everything happens in the thread that calls run(), but for what the clerk
/// does. Others tell it of news in the store by wake().
class Foreman
{
public:
  /// How many jobs are worked at once; the others wait in the store. One that
  /// is of a higher priority than all of these is let in all the same.
  static constexpr std::size_t max_active = 8;

  /// All of it outlives the foreman.
  Foreman(Planner& planner,
          const StatePaths& state,
          Store& store,
          Board& board,
          Executor& executor,
          Stop& stop,
          NightlyBook* nights = nullptr,
          StopWishes wishes = {});

  /// Works until `stop` is requested, which ends what is at work, for the next
  /// foreman to begin it again; or as the wishes have it, and requests `stop`
  /// itself in the end. Fails (infra) when the store can't be read or
  /// written any more; steps go on then, for the next one to find.
  Status run();

  /// There may be new jobs or cancellations in the store. Any thread.
  void wake() { has_news_ = true; }

private:
  /// A job that has left the queue.
  struct Active
  {
    Active(StoredJob stored, Store& store, Board& board);

    StoredJob row;
    StoreLedger ledger;
    BoardObserver observer;
    PreparedJob prepared;
    std::unique_ptr<JobWork> work; ///< once it is planned
    bool is_in_crew = false;
    std::unique_ptr<JobBisections> bisections; ///< while there are some
  };

  Status turn();
  bool is_to_end();
  void sweep_now_and_then();
  Status take_out(const std::vector<KeptItem>& items);
  bool is_needed(const KeptItem& item) const;
  Status resume();
  Status look_for_news();
  Status admit();
  Status cancel_what_is_unwanted();
  void take_in(const StoredJob& row);
  void planned(const std::string& id, Result<PreparedJob> prepared);
  Status begin(Active& active);
  void left_crew(const JobWork& work, Status end);
  void plan_bisections(const std::string& id);
  void begin_bisections(const std::string& id, Result<BisectionPlan> plan);
  void go_on_bisecting();
  void write_report(const std::string& id);
  Status finish(const std::string& id, const Result<FinishedJob>& finished);
  void fail(const std::string& id, const Error& error);
  void note(Status status);
  bool may_enter(const StoredJob& row) const;

  Planner& planner_;
  Store& store_;
  Board& board_;
  const StatePaths& state_;
  Stop& stop_;
  NightlyBook* nights_; ///< none: no job is a night's
  StopWishes wishes_;
  Crew crew_;
  std::chrono::steady_clock::time_point next_sweep_;
  std::map<std::string, std::unique_ptr<Active>> active_; ///< by job id
  std::atomic<bool> has_news_ = true;
  Status trouble_ = Ok{}; ///< the store's: the loop ends
  Clerk clerk_;           ///< last: its work refers to the above
};

} // namespace oopsfarm
