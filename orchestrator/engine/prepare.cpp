// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/prepare.h"

#include "base/log.h"
#include "base/strings.h"
#include "engine/blame.h"
#include "engine/payloads.h"
#include "engine/selftests.h"
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

Result<Repository> open_tree(const EngineContext& context,
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
  if (report.base_commit.empty()) {
    TRY_ASSIGN(report.base_commit, repository.resolve(report.base));
  }
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
    report.mail = {series.subject, series.message_id, series.author};
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

static void note_what_is_special(const Job& job, JobReport& report)
{
  if (const auto race = describe(job.race); !race.empty()) {
    report.notes.push_back("race help: " + race);
  }
  if (!job.cmdline.empty()) {
    report.notes.push_back("kernel parameters of the job: " +
                           join(job.cmdline, " "));
  }
}

/// A job that only bisects: as if the bad end were its base, without runs.
static Result<PreparedJob> prepare_bisection(const Job& job,
                                             const EngineContext& context,
                                             Observer& observer,
                                             const Stop& stop,
                                             const std::string& base_commit)
{
  auto like = job;
  like.series.clear();
  like.base = job.bisection.bad;
  like.bisection = {};
  TRY_ASSIGN(auto prepared,
             prepare_job(like, context, observer, stop, base_commit));
  prepared.job = job;
  prepared.plan = {};
  return prepared;
}

Result<PreparedJob> prepare_job(const Job& job,
                                const EngineContext& context,
                                Observer& observer,
                                const Stop& stop,
                                const std::string& base_commit)
{
  if (!job.bisection.good.empty()) {
    return prepare_bisection(job, context, observer, stop, base_commit);
  }
  PreparedJob prepared;
  prepared.job = job;
  auto& report = prepared.report;
  report.job = job.name;
  report.tree = job.tree;
  report.base = job.base;
  report.base_commit = base_commit;
  note_what_is_special(job, report);
  // Before anything is built: programs are as easily mistyped as patches.
  TRY_ASSIGN(const auto archives, pack_job_programs(job, context));
  TRY_ASSIGN(const auto repository, open_tree(context, job.tree, stop));
  TRY_ASSIGN(const auto applied,
             prepare_series(job, context, repository, observer, report));
  if (applied.failure) {
    report.cells =
        cells_without_series(job,
                             describe(*applied.failure, report.patches.size()),
                             applied.failure->words);
    return prepared;
  }
  TRY(check_selftests(job, repository, applied.tip()));
  PlanInput input;
  input.job = &job;
  input.context = &context;
  input.kernels = kernels_of(job, applied);
  input.build_jobs = or_cpus(context.config.build_jobs);
  TRY(look_up_builds(context, stop, input));
  for (const auto& [key, archive] : archives) {
    TRY_ASSIGN(input.payloads[key], write_image(context, key.second, archive));
  }
  TRY_ASSIGN(prepared.accelerators, choose_accelerators(job, context, report));
  prepared.plan = plan_job(input);
  return prepared;
}

Result<JobReport> report_of(const PreparedJob& prepared,
                            const JobWork& work,
                            const EngineContext& context,
                            const Stop& stop)
{
  auto report = prepared.report;
  if (!report.cells.empty()) {
    return report;
  }
  report.builds = work.builds();
  report.cells = work.cells();
  mark_what_the_base_has(report.cells);
  TRY_ASSIGN(const auto repository, open_tree(context, report.tree, stop));
  find_suspects_of(repository, context, report);
  return report;
}

} // namespace oopsfarm
