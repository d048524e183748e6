// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/engine.h"
#include "engine/observer.h"
#include "series/apply.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// A kernel source of a job: the base, the whole series, or its first N
/// patches.
struct KernelSource
{
  std::string name; ///< "base", "series" or "patch N"
  std::string commit;
  std::string series = {};  ///< as in BuildSpec; "" for the base
  std::string subject = {}; ///< of its last patch; "" for the base
};

/// The kernels that a job compares. Pure.
std::vector<KernelSource> kernels_of(const Job& job,
                                     const ApplyResult& applied);

/// A flavour's fragments on one architecture, and the hash of their contents.
struct FlavourFiles
{
  std::vector<std::filesystem::path> fragments;
  std::string hash;
};

/// A guest's image with what a job adds to it.
struct PayloadImage
{
  std::filesystem::path initramfs;
  std::string hash; ///< of what was added
};

/// A workload's name and an architecture.
using PayloadKey = std::pair<std::string, Arch>;

/// All that plan_job() looks at; everything in it has been looked up already.
struct PlanInput
{
  const Job* job = nullptr;
  const EngineContext* context = nullptr;
  std::vector<KernelSource> kernels;
  std::map<std::pair<std::string, Arch>, FlavourFiles> flavours;
  std::map<Arch, std::string> toolchains;
  std::map<PayloadKey, PayloadImage> payloads; ///< of the user's programs
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
  /// The build of the workload's selftests, where it has some.
  std::optional<std::size_t> selftests;
  Target target;
  Workload workload;
  PayloadImage image; ///< what the guest starts from; for selftests not known
  std::uint64_t seed = 1;
  std::uint64_t dump_cap = 0; ///< as in RunSpec
  RaceHelp race;
  RunOrigin origin;
};

/// Whether a run needs what the build at that place of the plan makes.
inline bool needs(const PlannedRun& run, std::size_t build)
{
  return run.build == build || run.selftests == build;
}

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
