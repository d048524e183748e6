// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/crew.h"
#include "engine/plan.h"
#include "exec/executor.h"
#include "hunt/prober.h"

#include <memory>
#include <string>
#include <vector>

namespace oopsfarm {

/// A commit whose kernel can be built and booted: what stands for a Node.
struct ProbedKernel
{
  KernelSource source;
  std::string base; ///< as in BuildSpec; "" for the base itself
};

/// What a bisection of kernels is made with. All pointers outlive the prober.
struct KernelProberSetup
{
  const EngineContext* context = nullptr;
  std::vector<ProbedKernel> kernels; ///< by node
  /// For each channel a build and a run that were planned for some kernel: the
  /// same is done with other ones.
  std::vector<PlannedBuild> builds;
  std::vector<PlannedRun> runs;
  std::map<Arch, Accelerator> accelerators;
  std::size_t slots = 1; ///< attempts at a time
  Executor* executor = nullptr;
  Observer* observer = nullptr; ///< is told of each build and run
  const Stop* stop = nullptr;
  std::string signature; ///< what is looked for
};

/// Tries kernels in guests: builds what is missing, runs the channel's workload
/// with a seed of its own, and says what came of it. A run that the farm lost
/// is tried again before it is called lost.
std::unique_ptr<Prober> make_kernel_prober(KernelProberSetup setup);

/// What a run is to a bisection that looks for `signature`: a crash of the
/// first finding's signature, or of that one where it is among the findings.
/// `commit` and `channel` are left to the caller. Pure.
Record record_of(const RunOutcome& outcome, const std::string& signature);

} // namespace oopsfarm
