// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/plan.h"

#include <set>

namespace oopsfarm {

static std::set<Arch> archs_of(const PlanInput& input)
{
  std::set<Arch> archs;
  for (const auto& name : input.job->targets) {
    archs.insert(input.context->targets.at(name).arch);
  }
  return archs;
}

static BuildLimits limits_of(const FarmConfig& config)
{
  BuildLimits limits;
  limits.time = config.build_timeout;
  limits.memory = config.build_memory;
  limits.file_size = config.build_file_size;
  limits.disk = config.build_disk;
  limits.processes = config.build_processes;
  return limits;
}

static BuildSpec build_spec(const PlanInput& input,
                            const KernelSource& kernel,
                            Arch arch,
                            const std::string& kconfig)
{
  const auto& state = input.context->state;
  const auto& flavour = input.flavours.at({kconfig, arch});
  BuildSpec spec;
  spec.git_dir = state.tree(input.job->tree);
  spec.commit = kernel.commit;
  spec.arch = arch;
  spec.kconfig = kconfig;
  spec.fragments = flavour.fragments;
  spec.fragments_hash = flavour.hash;
  spec.toolchain = input.toolchains.at(arch);
  spec.object_tree = state.objects() /
                     (input.job->tree + "-" + to_string(arch) + "-" + kconfig);
  spec.ccache = state.ccache();
  spec.jobs = input.build_jobs;
  spec.limits = limits_of(input.context->config);
  spec.key = kernel_key(spec);
  spec.out = state.kernels() / spec.key;
  return spec;
}

static void plan_builds(const PlanInput& input, Plan& plan)
{
  for (const auto& kconfig : input.job->kconfigs) {
    for (const auto arch : archs_of(input)) {
      for (const auto& kernel : input.kernels) {
        PlannedBuild build;
        build.label.id = plan.builds.size();
        build.label.is_build = true;
        build.label.kernel = kernel.name;
        build.label.target = to_string(arch);
        build.label.kconfig = kconfig;
        build.spec = build_spec(input, kernel, arch, kconfig);
        plan.builds.push_back(std::move(build));
      }
    }
  }
}

static std::size_t build_of(const Plan& plan,
                            const std::string& kernel,
                            Arch arch,
                            const std::string& kconfig)
{
  std::size_t index = 0;
  while (plan.builds[index].label.kernel != kernel ||
         plan.builds[index].spec.arch != arch ||
         plan.builds[index].label.kconfig != kconfig) {
    ++index;
  }
  return index;
}

static void
plan_cell(const PlanInput& input, const PlannedRun& first, Plan& plan)
{
  for (unsigned attempt = 1; attempt <= input.job->repeat; ++attempt) {
    auto run = first;
    run.label.id = plan.builds.size() + plan.runs.size();
    run.label.attempt = attempt;
    run.label.repeat = input.job->repeat;
    run.seed = input.job->seed + attempt - 1;
    plan.runs.push_back(std::move(run));
  }
}

static void plan_runs(const PlanInput& input, Plan& plan)
{
  for (const auto& name : input.job->targets) {
    const auto& target = input.context->targets.at(name);
    for (const auto& kconfig : input.job->kconfigs) {
      for (const auto& workload : input.job->workloads) {
        for (const auto& kernel : input.kernels) {
          PlannedRun run;
          run.label.kernel = kernel.name;
          run.label.target = name;
          run.label.kconfig = kconfig;
          run.label.workload = workload.name;
          run.build = build_of(plan, kernel.name, target.arch, kconfig);
          run.target = target;
          run.workload = workload;
          plan_cell(input, run, plan);
        }
      }
    }
  }
}

Plan plan_job(const PlanInput& input)
{
  Plan plan;
  plan_builds(input, plan);
  plan_runs(input, plan);
  return plan;
}

} // namespace oopsfarm
