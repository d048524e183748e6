// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/engine.h"

#include "base/log.h"
#include "base/strings.h"
#include "engine/blame.h"
#include "engine/cleanup.h"
#include "engine/dispatch.h"
#include "engine/payloads.h"
#include "engine/plan.h"
#include "engine/selftests.h"
#include "exec/local.h"
#include "git/repository.h"
#include "git/worktree.h"
#include "kbuild/flavour.h"
#include "kbuild/toolchain.h"
#include "series/apply.h"
#include "series/load.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

namespace oopsfarm {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Engine::Engine(EngineContext context, Observer& observer, const Stop& stop)
    : context_(std::move(context)), observer_(observer), stop_(stop)
{
}

static unsigned or_cpus(unsigned wanted)
{
  return wanted != 0 ? wanted
                     : std::max(1U, std::thread::hardware_concurrency());
}

Result<std::vector<std::string>> tree_names(const StatePaths& state)
{
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(state.trees(), error)) {
    if (entry.path().extension() == ".git") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

static Result<Repository> open_tree(const EngineContext& context,
                                    const std::string& name,
                                    const Stop& stop)
{
  TRY_ASSIGN(const auto names, tree_names(context.state));
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    return user_error(fmt::format(
        "unknown tree '{}': {}; `oopsfarm tree add {} SOURCE` makes "
        "one known",
        printable(name),
        names.empty() ? "none was added yet" : suggest(name, names),
        is_safe_name(name) ? name : "NAME"));
  }
  return Repository::open(context.state.tree(name), *context.processes, stop);
}

static Status
look_up_builds(const EngineContext& context, const Stop& stop, PlanInput& input)
{
  for (const auto& name : input.job->targets) {
    const auto arch = context.targets.at(name).arch;
    if (!input.toolchains.contains(arch)) {
      TRY_ASSIGN(input.toolchains[arch],
                 toolchain_id(arch, *context.processes, stop));
    }
    for (const auto& kconfig : input.job->kconfigs) {
      TRY_ASSIGN(const auto flavour,
                 load_flavour(context.share.kconfigs(), kconfig, arch));
      input.flavours[{kconfig, arch}] = {flavour.fragments, flavour.hash};
    }
  }
  return Ok{};
}

static Result<std::map<Arch, Accelerator>> choose_accelerators(
    const Job& job, const EngineContext& context, JobReport& report)
{
  std::map<Arch, Accelerator> chosen;
  for (const auto& name : job.targets) {
    const auto arch = context.targets.at(name).arch;
    if (chosen.contains(arch)) {
      continue;
    }
    TRY_ASSIGN(chosen[arch], context.accelerator(arch));
    report.notes.push_back(fmt::format("{} guests run under {}{}{}",
                                       to_string(arch),
                                       chosen[arch].kvm ? "KVM" : "TCG",
                                       chosen[arch].reason.empty() ? "" : ": ",
                                       chosen[arch].reason));
  }
  return chosen;
}

/// Base and series as commits; a series that does not apply is a report.
static Result<ApplyResult> prepare_series(const Job& job,
                                          const EngineContext& context,
                                          const Repository& repository,
                                          Observer& observer,
                                          JobReport& report)
{
  if (report.base.empty()) {
    TRY_ASSIGN(report.base, repository.newest_tag());
  }
  TRY_ASSIGN(report.base_commit, repository.resolve(report.base));
  ApplyResult applied;
  applied.base = report.base_commit;
  if (!job.series.empty()) {
    TRY_ASSIGN(const auto series,
               load_series(job.series, job.file.parent_path(), repository));
    TRY_ASSIGN(
        applied,
        apply_series(
            repository, report.base_commit, series, context.state.worktrees()));
    report.patches = applied.patches;
  }
  observer.note(
      fmt::format("{} {} ({:.12}){}",
                  job.tree,
                  report.base,
                  report.base_commit,
                  applied.patches.empty()
                      ? ""
                      : fmt::format(" and {} patch{}",
                                    applied.patches.size(),
                                    applied.patches.size() == 1 ? "" : "es")));
  return applied;
}

Result<JobReport> Engine::run(const Job& job)
{
  const auto begun = steady_clock::now();
  JobReport report;
  report.job = job.name;
  report.tree = job.tree;
  report.base = job.base;
  if (job.on_failure == OnFailure::bisect) {
    report.notes.push_back("on_failure: bisect is not part of this version: "
                           "failures are reported, not bisected");
  }
  if (const auto race = describe(job.race); !race.empty()) {
    report.notes.push_back("race help: " + race);
  }
  if (!job.cmdline.empty()) {
    report.notes.push_back("kernel parameters of the job: " +
                           join(job.cmdline, " "));
  }
  const auto done = [&] {
    report.time =
        std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
    return report;
  };

  // Before anything is built: programs are as easily mistyped as patches.
  TRY_ASSIGN(const auto archives, pack_job_programs(job, context_));
  TRY_ASSIGN(const auto repository, open_tree(context_, job.tree, stop_));
  TRY(clean_up_after_others(context_, repository));
  TRY_ASSIGN(const auto applied,
             prepare_series(job, context_, repository, observer_, report));
  if (applied.failure) {
    report.cells =
        cells_without_series(job,
                             describe(*applied.failure, report.patches.size()),
                             applied.failure->words);
    return done();
  }

  TRY(check_selftests(job, repository, applied.tip()));
  PlanInput input;
  input.job = &job;
  input.context = &context_;
  input.kernels = kernels_of(job, applied);
  input.build_jobs = or_cpus(context_.config.build_jobs);
  TRY(look_up_builds(context_, stop_, input));
  for (const auto& [key, archive] : archives) {
    TRY_ASSIGN(input.payloads[key], write_image(context_, key.second, archive));
  }
  TRY_ASSIGN(auto accelerators, choose_accelerators(job, context_, report));
  const auto plan = plan_job(input);
  const auto executor =
      make_local_executor(context_.share.step_program,
                          or_cpus(context_.config.parallel_guests),
                          stop_);
  Dispatcher dispatcher(
      plan, context_, std::move(accelerators), *executor, observer_, stop_);
  TRY(dispatcher.work());
  report.builds = dispatcher.builds();
  report.cells = dispatcher.cells();
  mark_what_the_base_has(report.cells);
  find_suspects_of(repository, context_, report);
  return done();
}

} // namespace oopsfarm
