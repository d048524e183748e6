// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"

#include <cstddef>
#include <string>

namespace oopsfarm {

/// A step of a job, as people are told about it.
struct StepLabel
{
  std::size_t id = 0; ///< unique within the job
  bool is_build = false;
  std::string kernel; ///< as in Cell
  std::string target; ///< the target's name; for a build the architecture's
  std::string kconfig;
  std::string workload; ///< "" for a build
  unsigned attempt = 0; ///< 1-based; 0 for a build
  unsigned repeat = 0;  ///< of how many
};

/// "series x86_64 mm-debug" for a build, and with the workload and, where
/// there are several observations, "2/3" for a run.
std::string step_name(const StepLabel& step);

/// Watches a job as the engine works on it. Every call comes from the thread
/// that called Engine::run(); none may block for long.
class Observer
{
public:
  virtual ~Observer() = default;

  /// A phase of the job itself: "series: 3 patches onto v6.1 (3f2a…)".
  virtual void note(const std::string& text) = 0;

  /// How many steps the job has in all, once that is known; reused kernels are
  /// not counted.
  virtual void planned(std::size_t builds, std::size_t runs) = 0;

  virtual void reused(const KernelBuild& build) = 0;
  virtual void started(const StepLabel& step) = 0;
  virtual void progress(const StepLabel& step, const Progress& progress) = 0;
  virtual void built(const StepLabel& step, const BuildOutcome& outcome) = 0;
  virtual void ran(const StepLabel& step, const RunOutcome& outcome) = 0;

  /// Time passed without news; called a few times a second while steps run,
  /// for spinners and clocks.
  virtual void tick() = 0;
};

} // namespace oopsfarm
