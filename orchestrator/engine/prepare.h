// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/engine.h"
#include "engine/job_work.h"
#include "engine/plan.h"

#include <map>

namespace oopsfarm {

/// A job with all that is to be known before its first step: plain value.
struct PreparedJob
{
  Job job;
  /// With the patches and notes; its cells are there already where the series
  /// does not apply, and there is nothing to work then.
  JobReport report;
  Plan plan;
  std::map<Arch, Accelerator> accelerators;
};

/// Names of the known trees, sorted.
Result<std::vector<std::string>> tree_names(const StatePaths& state);

/// A tree by its name. Fails (user) when it is not known, with the nearest.
Result<Repository> open_tree(const EngineContext& context,
                             const std::string& name,
                             const Stop& stop);

/// Series → commits, programs → images, and all of it → plan. The same job
/// gives the same plan again, as long as its base names the same commit. Takes
/// seconds. `base_commit`: what the base was when the job began; "": it begins
/// now. Fails as Engine::run().
Result<PreparedJob> prepare_job(const Job& job,
                                const EngineContext& context,
                                Observer& observer,
                                const Stop& stop,
                                const std::string& base_commit = "");

/// What a worked job came to, but for its time.
Result<JobReport> report_of(const PreparedJob& prepared,
                            const JobWork& work,
                            const EngineContext& context,
                            const Stop& stop);

} // namespace oopsfarm
