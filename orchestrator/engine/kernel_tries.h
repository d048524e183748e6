// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/crew.h"
#include "engine/plan.h"
#include "hunt/prober.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// A kernel that a bisection can build and boot: what stands for a Node.
struct ProbedKernel
{
  KernelSource source;
  std::string base; ///< as in BuildSpec; "" for a commit of the tree itself
  /// Not empty: there is no such kernel, since the sources can't be made.
  std::string why_not = {};
  /// Where configs are bisected: in place of the channel's own.
  std::map<Arch, FlavourFiles> configs = {};
};

/// A target with a kconfig and a workload: how kernels are built and run there,
/// as it was planned for some kernel.
struct ProbeChannel
{
  std::string name; ///< "x86_64 mm-debug memcg"
  PlannedBuild build;
  std::optional<PlannedBuild> selftests; ///< of the workload, if it has some
  PlannedRun run;
};

/// The channel's name.
std::string channel_name(const StepLabel& label);

/// One channel for each target, kconfig and workload that the plan runs on this
/// kernel ("base", "series", …), in the plan's order.
std::vector<ProbeChannel> channels_of(const Plan& plan,
                                      const std::string& kernel);

/// What a run is to a bisection: a crash by the signatures of all findings that
/// no earlier one has likely caused. `commit` and `channel` are left to the
/// caller. Pure.
Record record_of(const RunOutcome& outcome);

/// Tries kernels in guests by a crew that its owner turns: builds what is
/// missing, runs the channel's workload with a seed of its own, and says what
/// came of it. A run that the farm lost is tried again before it is called
/// lost. A build takes as many of its CPUs as no other try uses, so that one
/// slot builds while others run guests.
///
/// Use from the crew's thread. References outlive the object.
class KernelTries final : public Prober
{
public:
  KernelTries(const EngineContext& context,
              const std::vector<ProbedKernel>& kernels,
              const std::vector<ProbeChannel>& channels,
              std::map<Arch, Accelerator> accelerators,
              Crew& crew,
              Crew::Rank rank,
              Observer& observer);

  std::size_t slots() const override;
  double build_part(const Probe& probe) const override;
  Status start(const Attempt& attempt) override;

  /// What has ended since the last call. Does not turn the crew.
  Result<std::vector<Trial>> wait(std::chrono::milliseconds timeout) override;

  void abort() override;

  /// The crew has dropped all its jobs, these among them.
  void forget();

  /// To be called for each job that leaves the crew. False: it is not one of
  /// these tries.
  bool left(const JobWork& work, const Status& end);

private:
  /// A try has no totals of its own to show.
  class Steps;

  /// One attempt as a job of a build or two and one run.
  struct Running
  {
    Attempt attempt;
    Plan plan;
    NoLedger ledger;
    std::unique_ptr<JobWork> work;
  };

  PlannedBuild build_of(const Probe& probe, const PlannedBuild& like) const;
  Plan plan_of(const Attempt& attempt) const;
  PlannedRun run_of(const Attempt& attempt) const;
  static Trial trial_of(const Running& running);

  const EngineContext& context_;
  const std::vector<ProbedKernel>& kernels_;
  const std::vector<ProbeChannel>& channels_;
  std::map<Arch, Accelerator> accelerators_;
  Crew& crew_;
  Crew::Rank rank_;
  std::unique_ptr<Observer> observer_;
  std::vector<std::unique_ptr<Running>> running_;
  std::vector<Trial> ended_;
  Status trouble_ = Ok{}; ///< the farm's
};

} // namespace oopsfarm
