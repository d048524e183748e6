// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/engine.h"
#include "engine/observer.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace oopsfarm {

/// A kernel source of a job: the base, the whole series, or its first N
/// patches.
struct KernelSource
{
  std::string name; ///< "base", "series" or "patch N"
  std::string commit;
};

/// A flavour's fragments on one architecture, and the hash of their contents.
struct FlavourFiles
{
  std::vector<std::filesystem::path> fragments;
  std::string hash;
};

/// All that plan_job() looks at; everything in it has been looked up already.
struct PlanInput
{
  const Job* job = nullptr;
  const EngineContext* context = nullptr;
  std::vector<KernelSource> kernels;
  std::map<std::pair<std::string, Arch>, FlavourFiles> flavours;
  std::map<Arch, std::string> toolchains;
  unsigned build_jobs = 1;
};

struct PlannedBuild
{
  StepLabel label;
  BuildSpec spec;
};

struct PlannedRun
{
  StepLabel label;
  std::size_t build = 0; ///< index into Plan::builds
  Target target;
  Workload workload;
  std::uint64_t seed = 1;
};

/// A job as steps. Builds stand in the order that rebuilds least: all kernels
/// of one object tree in a row, the base first.
struct Plan
{
  std::vector<PlannedBuild> builds;
  std::vector<PlannedRun> runs;
};

/// Job → steps. Pure. Steps' ids are their places: builds from 0, runs behind.
/// Attempt N of a cell runs with the job's seed + N - 1: each is another
/// observation.
Plan plan_job(const PlanInput& input);

} // namespace oopsfarm
