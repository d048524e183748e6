// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/engine_setup.h"

#include "apps/environment.h"
#include "base/log.h"
#include "base/strings.h"
#include "guest/accelerator.h"
#include "guest/root.h"
#include "jobfile/target_file.h"
#include "jobfile/workload_file.h"
#include "kbuild/flavour.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

/// A flavour with a broken fragment is left for those who ask for it.
static std::vector<Impossible>
find_impossible(const SharePaths& share,
                const EngineContext& engine,
                const std::vector<std::string>& kconfigs)
{
  std::vector<Impossible> found;
  for (const auto& kconfig : kconfigs) {
    for (const auto& [name, target] : engine.targets) {
      const auto flavour = load_flavour(share.kconfigs(), kconfig, target.arch);
      const auto* why = flavour ? find_exclusion(*flavour, target) : nullptr;
      if (why != nullptr) {
        found.push_back({kconfig, name, why->reason});
      }
    }
  }
  return found;
}

Result<Catalogue> load_catalogue(const SharePaths& share,
                                 const EngineContext& engine)
{
  Catalogue catalogue;
  for (const auto& [name, target] : engine.targets) {
    catalogue.targets.push_back(name);
  }
  TRY_ASSIGN(catalogue.kconfigs, list_flavours(share.kconfigs()));
  catalogue.impossible = find_impossible(share, engine, catalogue.kconfigs);
  TRY_ASSIGN(catalogue.workloads, read_workload_infos(share.workloads()));
  return catalogue;
}

Status choose_targets(const std::vector<std::string>& targets,
                      const Catalogue& catalogue,
                      Job& job)
{
  if (targets.empty()) {
    return Ok{};
  }
  job.targets.clear();
  for (const auto& name : targets) {
    const auto& known = catalogue.targets;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return user_error(fmt::format("--target: unknown target '{}'; {}",
                                    printable(name, 80),
                                    suggest(name, known)));
    }
    if (std::find(job.targets.begin(), job.targets.end(), name) ==
        job.targets.end()) {
      job.targets.push_back(name);
    }
  }
  for (const auto& kconfig : job.kconfigs) {
    for (const auto& target : job.targets) {
      const auto why = why_impossible(catalogue, kconfig, target);
      if (!why.empty()) {
        return user_error("--target: " + why);
      }
    }
  }
  return Ok{};
}

/// Ends the guests of an earlier process; the engine knows no libvirt.
static Status reap(const std::filesystem::path& root)
{
  TRY_ASSIGN(const auto ended, reap_root(root));
  for (const auto pid : ended) {
    log::warning(fmt::format(
        "ended a guest that an earlier process left behind (pid {})", pid));
  }
  return Ok{};
}

Result<EngineContext> make_engine_context(const GlobalOptions& options,
                                          ProcessRunner& processes,
                                          const Stop& stop)
{
  EngineContext engine;
  TRY_ASSIGN(engine.state, find_state(options.state, get_env));
  TRY_ASSIGN(engine.share, find_share(own_program(), get_env));
  TRY_ASSIGN(engine.config, load_config(options, engine.state));
  TRY_ASSIGN(engine.targets, read_targets(engine.share.targets()));
  engine.processes = &processes;
  engine.accelerator = [policy = engine.config.accelerator,
                        cache = engine.state.accelerators(),
                        &processes,
                        &stop](Arch arch) {
    return choose_accelerator(arch, policy, cache, processes, stop);
  };
  engine.reap_root = reap;
  return engine;
}

} // namespace oopsfarm
