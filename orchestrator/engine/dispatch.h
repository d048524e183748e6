// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/cells.h"
#include "engine/engine.h"
#include "engine/plan.h"
#include "exec/executor.h"

#include <map>
#include <optional>
#include <vector>

namespace oopsfarm {

/// Works a plan's steps through an executor: kernels that stand already are
/// reused, builds come first, a run starts once its kernel is there, a run
/// lost to the farm itself is tried again (a new observation, a new id).
/// Not safe for several threads; lives for one job.
class Dispatcher
{
public:
  Dispatcher(const Plan& plan,
             const EngineContext& context,
             std::map<Arch, Accelerator> accelerators,
             Executor& executor,
             Observer& observer,
             const Stop& stop);

  /// Works everything. Fails (infra) when a folder can't be written or the
  /// stop was requested; what had begun and not ended is removed then.
  Status work();

  const std::vector<KernelBuild>& builds() const { return builds_; }

  /// Cells of all runs, and of builds that failed, in the plan's order.
  std::vector<Cell> cells() const;

private:
  /// A step that an executor works on.
  struct Running
  {
    std::optional<std::size_t> build; ///< place in Plan::builds, or
    std::optional<std::size_t> run;   ///< place in Plan::runs
    std::filesystem::path out;
    unsigned root = 0; ///< of libvirt, for runs
  };

  void reuse_kernels();
  std::size_t count_runs() const;
  bool has_builds(const PlannedRun& run) const;
  Result<PayloadImage> image_of(const PlannedRun& run) const;
  Status start_what_can();
  Status start_build(std::size_t index);
  Status start_run(std::size_t index);
  Status launch(Running running,
                const std::string& spec,
                StepLabel label,
                unsigned slots);
  Status take(const StepEvent& event);
  void finish_build(const Running& running, const ExitStatus& status);
  void finish_run(const Running& running, const ExitStatus& status);
  void record_build(std::size_t index, BuildOutcome outcome);
  Status abort();
  unsigned free_root() const;
  std::filesystem::path libvirt_root(unsigned number) const;
  void reap(const Running& running) const;
  const StepLabel& label_of(const Running& running) const;

  const Plan& plan_;
  const EngineContext& context_;
  std::map<Arch, Accelerator> accelerators_;
  Executor& executor_;
  Observer& observer_;
  const Stop& stop_;

  std::size_t next_build_ = 0;
  std::vector<std::size_t> waiting_runs_;  ///< places in Plan::runs, in order
  std::map<std::size_t, Running> running_; ///< by step id
  std::vector<std::optional<BuildOutcome>> kernels_; ///< one a planned build
  std::vector<KernelBuild> builds_;
  std::vector<Observation> observations_;
  std::map<std::size_t, unsigned> lost_; ///< infra failures of a planned run
};

} // namespace oopsfarm
