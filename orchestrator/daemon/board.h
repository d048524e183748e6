// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/observer.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// A step at work, for people.
struct LiveWork
{
  std::size_t step = 0; ///< unique within the job
  std::string label;    ///< "run series x86_64 mm-debug memcg 2/3"
  std::string phase;    ///< as in Progress, or ""
  std::uint64_t done = 0;
  std::uint64_t total = 0; ///< 0: unknown
  std::string unit;
  std::chrono::steady_clock::time_point since;
};

/// Where a job stands that has begun.
struct LiveJob
{
  std::string note; ///< the last phase of the job itself
  std::size_t builds = 0;
  std::size_t built = 0;
  std::size_t runs = 0;
  std::size_t ran = 0;
  std::size_t failed = 0; ///< builds and runs
  std::vector<LiveWork> work;
};

/// Where all jobs stand at the moment. Nothing here is worth keeping: what is
/// is in the store. Threads: all may call all.
class Board
{
public:
  std::optional<LiveJob> job(const std::string& id) const;

  /// Steps at work in all jobs: builds, runs.
  std::pair<std::size_t, std::size_t> at_work() const;

  void forget(const std::string& id);

  /// Changes a job's entry with the board locked.
  template <typename Change> void change(const std::string& id, Change change)
  {
    const std::lock_guard lock(mutex_);
    change(jobs_[id]);
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, LiveJob> jobs_;
};

/// Puts one job's news on the board, and into the log.
class BoardObserver final : public Observer
{
public:
  /// The board outlives it.
  BoardObserver(Board& board, std::string job)
      : board_(board), job_(std::move(job))
  {
  }

  void note(const std::string& text) override;
  void planned(std::size_t builds, std::size_t runs) override;
  void reused(const KernelBuild& build) override;
  void started(const StepLabel& step) override;
  void progress(const StepLabel& step, const Progress& progress) override;
  void built(const StepLabel& step, const BuildOutcome& outcome) override;
  void ran(const StepLabel& step, const RunOutcome& outcome) override;

  void tick() override {}

private:
  Board& board_;
  std::string job_;
};

} // namespace oopsfarm
