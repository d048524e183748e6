// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "apps/command_line.h"
#include "engine/engine.h"
#include "jobfile/job_file.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// The engine's world as the options and farm.yaml say it is. `processes` and
/// `stop` outlive it. Makes nothing. Fails as find_state(), find_share() and
/// load_config() do.
Result<EngineContext> make_engine_context(const GlobalOptions& options,
                                          ProcessRunner& processes,
                                          const Stop& stop);

/// What job files may name: targets, kconfigs, workloads.
Result<Catalogue> load_catalogue(const SharePaths& share,
                                 const EngineContext& engine);

/// Has the job run on these targets instead of its own; none: leaves it. Fails
/// (user) on unknown ones, and those that can't have the job's kconfigs.
Status choose_targets(const std::vector<std::string>& targets,
                      const Catalogue& catalogue,
                      Job& job);

} // namespace oopsfarm
