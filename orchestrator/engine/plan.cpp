// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/plan.h"

#include <fmt/format.h>

#include <set>

namespace oopsfarm {

/// What builds of selftests have in the place of a flavour.
constexpr const char* selftests_kconfig = "kselftest";

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

std::vector<KernelSource> kernels_of(const Job& job, const ApplyResult& applied)
{
  std::vector<KernelSource> kernels = {{"base", applied.base}};
  if (applied.patches.empty()) {
    return kernels;
  }
  // What is built differs with the content, and so does who may build on it.
  const auto series = applied.tip().substr(0, 16);
  if (job.test == TestMode::tip) {
    kernels.push_back(
        {"series", applied.tip(), series, applied.patches.back().subject});
    return kernels;
  }
  for (const auto& patch : applied.patches) {
    kernels.push_back({fmt::format("patch {}", patch.number),
                       patch.commit,
                       series,
                       patch.subject});
  }
  return kernels;
}

/// What builds of kernels and of selftests have in common; `kconfig` is the
/// flavour, or selftests_kconfig.
static BuildSpec common_spec(const PlanInput& input,
                             const KernelSource& kernel,
                             Arch arch,
                             const std::string& kconfig)
{
  const auto& state = input.context->state;
  BuildSpec spec;
  spec.git_dir = state.tree(input.job->tree);
  spec.commit = kernel.commit;
  spec.arch = arch;
  spec.kconfig = kconfig;
  spec.toolchain = input.toolchains.at(arch);
  spec.series = kernel.series;
  spec.base = kernel.series.empty() ? "" : input.kernels.front().commit;
  spec.object_tree = state.objects() /
                     (input.job->tree + "-" + to_string(arch) + "-" + kconfig);
  spec.ccache = state.ccache();
  spec.jobs = input.build_jobs;
  spec.limits = limits_of(input.context->config);
  return spec;
}

static void add_build(const PlanInput& input,
                      const KernelSource& kernel,
                      BuildSpec spec,
                      Plan& plan)
{
  PlannedBuild build;
  spec.key = kernel_key(spec);
  spec.out = input.context->state.kernels() / spec.key;
  build.label.id = plan.builds.size();
  build.label.is_build = true;
  build.label.kernel = kernel.name;
  build.label.target = to_string(spec.arch);
  build.label.kconfig = spec.kconfig;
  build.spec = std::move(spec);
  plan.builds.push_back(std::move(build));
}

static void plan_builds(const PlanInput& input, Plan& plan)
{
  for (const auto& kconfig : input.job->kconfigs) {
    for (const auto arch : archs_of(input)) {
      for (const auto& kernel : input.kernels) {
        auto spec = common_spec(input, kernel, arch, kconfig);
        const auto& flavour = input.flavours.at({kconfig, arch});
        spec.fragments = flavour.fragments;
        spec.fragments_hash = flavour.hash;
        add_build(input, kernel, std::move(spec), plan);
      }
    }
  }
}

/// The selftests that a job's workload wants, sorted, each once.
static std::vector<std::string> selftests_of(const Workload& workload)
{
  std::set<std::string> names;
  for (const auto& program : workload.programs) {
    names.insert(program.run);
  }
  return {names.begin(), names.end()};
}

/// Selftests are of the commit, like the kernel, but of no kconfig. A job has
/// one workload of the kind at most.
static void plan_selftests(const PlanInput& input, Plan& plan)
{
  for (const auto& workload : input.job->workloads) {
    if (workload.source != ProgramSource::kselftest) {
      continue;
    }
    for (const auto arch : archs_of(input)) {
      for (const auto& kernel : input.kernels) {
        auto spec = common_spec(input, kernel, arch, selftests_kconfig);
        spec.selftests = selftests_of(workload);
        add_build(input, kernel, std::move(spec), plan);
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

static RunOrigin origin_of(const PlanInput& input,
                           const KernelSource& kernel,
                           const std::string& kconfig)
{
  return {input.job->name,
          input.job->tree,
          input.kernels.front().commit,
          kernel.commit,
          kernel.subject,
          kernel.name,
          kconfig};
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
          run.image.initramfs = input.context->share.initramfs(target.arch);
          if (workload.source == ProgramSource::kselftest) {
            run.selftests =
                build_of(plan, kernel.name, target.arch, selftests_kconfig);
          } else if (workload.source == ProgramSource::user) {
            run.image = input.payloads.at({workload.name, target.arch});
          }
          run.dump_cap =
              input.job->memory_dump ? input.context->config.dump_cap : 0;
          run.target.cmdline.insert(run.target.cmdline.end(),
                                    input.job->cmdline.begin(),
                                    input.job->cmdline.end());
          run.origin = origin_of(input, kernel, kconfig);
          run.race = input.job->race;
          if (run.race.vcpus > 0) {
            run.target.vcpus = run.race.vcpus;
          }
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
  plan_selftests(input, plan);
  plan_runs(input, plan);
  return plan;
}

} // namespace oopsfarm
