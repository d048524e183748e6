// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/cells.h"
#include "engine/engine.h"
#include "engine/ledger.h"
#include "engine/plan.h"
#include "exec/executor.h"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace oopsfarm {

/// A step of a job that could start now.
struct ReadyStep
{
  std::size_t step = 0; ///< its label's id
  unsigned slots = 1;
  /// Of a build: nobody else may work in these at the same time.
  std::filesystem::path out;
  std::filesystem::path object_tree;
};

/// One job's plan on its way: which of its steps could start, what they came
/// to, and what the job came to in the end. Kernels that stand already are
/// reused, builds come first, a run is ready once its kernel is there, a run
/// lost to the farm itself is tried again (a new observation, a new id). It
/// starts nothing itself: a Crew does. Not safe for several threads.
class JobWork
{
public:
  /// All of it outlives the work.
  JobWork(const Plan& plan,
          const EngineContext& context,
          std::map<Arch, Accelerator> accelerators,
          Ledger& ledger,
          Observer& observer);

  /// Looks at what stands already: kernels, and what the ledger knows. Gives
  /// the steps that had begun and whose end nobody has seen: each is to be
  /// adopted(), or given up by gone().
  Result<std::vector<std::size_t>> resume();

  /// The best step that could start now; nothing while it waits for what runs.
  std::optional<ReadyStep> next();

  /// Writes the step's spec; the executor is to start what this gives.
  /// `libvirt_root` is one that no other run uses. Fails (infra) on a full
  /// disk. REQUIRES: the step is of next().
  Result<StepRequest> start(std::size_t step,
                            const std::filesystem::path& libvirt_root);

  /// The request of a step of resume(), by which it is to be adopted.
  StepRequest request_of(std::size_t step) const;

  /// The same for a build of next(), which another process may be at.
  StepRequest request_of_build(std::size_t step) const;
  void adopted_build(std::size_t step);

  /// It goes on; its libvirt root is in use, if it is a run.
  std::filesystem::path adopted(std::size_t step);

  /// Nobody works it any more: it has an outcome, or it begins anew.
  Status gone(std::size_t step);

  void progressed(std::size_t step, const Progress& progress);
  Status ended(std::size_t step, const ExitStatus& status);

  /// Removes what had begun and not ended; the steps are not at work any more.
  Status drop();

  std::set<std::size_t> running() const;

  /// Nothing runs and nothing is left to start.
  bool is_done();

  const std::vector<KernelBuild>& builds() const { return builds_; }

  /// In the order in which they ended, those of infra included.
  const std::vector<ObservedRun>& observations() const { return observations_; }

  /// Cells of all runs, and of builds that failed, in the plan's order.
  std::vector<Cell> cells() const;

  Observer& observer() { return observer_; }

private:
  /// A step that an executor works on.
  struct Running
  {
    std::optional<std::size_t> build; ///< place in Plan::builds, or
    std::optional<std::size_t> run;   ///< place in Plan::runs
    std::filesystem::path out;
    std::filesystem::path root; ///< of libvirt, for runs
  };

  void reuse_kernels();
  bool reuse(std::size_t build);
  std::optional<std::size_t> next_build();
  bool has_builds(const PlannedRun& run) const;
  Result<PayloadImage> image_of(const PlannedRun& run) const;
  Result<StepRequest> start_build(std::size_t index);
  Result<StepRequest> start_run(std::size_t index,
                                const std::filesystem::path& root);
  Result<StepRequest> write_spec(Running running,
                                 const std::string& spec,
                                 const StepLabel& label,
                                 unsigned slots);
  void finish_build(const Running& running, const ExitStatus& status);
  Status finish_run(const Running& running, const ExitStatus& status);
  std::size_t build_of(std::size_t step) const;
  void record_build(std::size_t index, BuildOutcome outcome);
  void record_run(std::size_t index, RunOutcome outcome);
  void reap(const Running& running) const;
  const StepLabel& label_of(const Running& running) const;

  const Plan& plan_;
  const EngineContext& context_;
  std::map<Arch, Accelerator> accelerators_;
  Ledger& ledger_;
  Observer& observer_;

  std::set<std::size_t> waiting_builds_;   ///< places in Plan::builds
  std::vector<std::size_t> waiting_runs_;  ///< places in Plan::runs, in order
  std::map<std::size_t, Running> running_; ///< by step id
  std::vector<std::optional<BuildOutcome>> kernels_; ///< one a planned build
  std::vector<KernelBuild> builds_;
  std::vector<ObservedRun> observations_;
  std::map<std::size_t, unsigned> lost_; ///< infra failures of a planned run
};

} // namespace oopsfarm
