// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/job_work.h"
#include "exec/executor.h"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// Works the steps of several jobs through one executor. The job of the
/// highest priority has the first word; of several such the one whose owner
/// has the fewest steps at work, then the one that came first. A step that
/// finds too few slots free waits for them, and none of a later job goes
/// before it, or large steps would starve. No two steps at once work on one
/// kernel or in one object tree: who comes second finds the first one's kernel.
///
/// Not safe for several threads.
class Crew
{
public:
  /// A job's place among the others.
  struct Rank
  {
    int priority = 0;       ///< the higher, the sooner
    std::string owner = {}; ///< who it is for
  };

  /// How a job left the crew: done, or with the farm's failure.
  using OnLeft = std::function<void(JobWork&, Status)>;

  /// All of it outlives the crew.
  Crew(const StatePaths& state, Executor& executor, const Stop& stop);

  /// Takes a job in, with the steps of it that are at work since before. Fails
  /// (infra) where its ledger or a folder can't be read or written; the job is
  /// not in then.
  Status add(JobWork& job, Rank rank);

  /// Starts what can start, waits for news up to `timeout`, and hands them on.
  /// `left` is called for each job that is done or whose farm failed; it is
  /// out then. A failed one's steps are ended first.
  void turn(std::chrono::milliseconds timeout, const OnLeft& left);

  /// Ends the job's steps, removes what they left half-done, and the job from
  /// the crew. Takes as long as they take to end.
  Status remove(JobWork& job);

  /// The same for all jobs at once.
  Status remove_all();

  /// Starts nothing any more; what is at work goes on to its end.
  void hold() { is_held_ = true; }

  std::size_t jobs() const { return members_.size(); }

  std::size_t at_work() const { return at_work_.size(); }

private:
  struct Member
  {
    JobWork* job = nullptr;
    Rank rank;
    std::optional<Error> failure; ///< it is to leave
  };

  struct AtWork
  {
    JobWork* job = nullptr;
    std::size_t step = 0;
    std::string owner;
    std::filesystem::path root; ///< of libvirt, or ""
    std::filesystem::path out;  ///< of a build, or ""
    std::filesystem::path object_tree;
  };

  /// What an attempt to start a job's next step came to.
  enum class Try { started, nothing_ready, no_room };

  void start_what_can();
  Result<Try> start_next(const Member& member);
  bool adopt_build(JobWork& job, const ReadyStep& ready, std::size_t id);
  std::vector<Member*> by_rank();
  bool is_busy(const ReadyStep& step) const;
  std::filesystem::path free_root() const;
  std::size_t count_of(const std::string& owner) const;
  Status resume(JobWork& job, const Rank& rank);
  void deliver(const StepEvent& event);
  Member* find(const JobWork& job);
  void end_steps(const JobWork& job);

  const StatePaths& state_;
  Executor& executor_;
  const Stop& stop_;
  std::vector<Member> members_;           ///< in the order in which they came
  std::map<std::size_t, AtWork> at_work_; ///< by the executor's id
  std::size_t next_id_ = 1;
  bool is_held_ = false;
};

/// Works one job to its end and calls its observer's tick() a few times a
/// second. When the stop is requested, what had begun is ended and removed,
/// and the error (infra) says so.
Status work_alone(JobWork& work,
                  const StatePaths& state,
                  Executor& executor,
                  const Stop& stop);

} // namespace oopsfarm
