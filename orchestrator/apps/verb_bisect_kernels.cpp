// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/bisect_progress.h"
#include "apps/bisect_report.h"
#include "apps/engine_setup.h"
#include "apps/environment.h"
#include "apps/terminal.h"
#include "apps/verbs.h"
#include "base/log.h"
#include "base/units.h"
#include "engine/cleanup.h"
#include "engine/config_question.h"
#include "engine/kernel_hunt.h"
#include "engine/version_question.h"
#include "exec/local.h"
#include "jobfile/job_file.h"

#include <fmt/format.h>

namespace oopsfarm {

namespace {

/// Builds and runs go to the log; the hunt's observer shows the rest.
class StepLog final : public Observer
{
public:
  void note(const std::string& text) override { log::info(text); }

  void planned(std::size_t, std::size_t) override {}

  void reused(const KernelBuild&) override {}

  void started(const StepLabel& step) override
  {
    log::info(step_name(step) + ": begins");
  }

  void progress(const StepLabel&, const Progress&) override {}

  void built(const StepLabel& step, const BuildOutcome& outcome) override
  {
    log::info(fmt::format("{}: {} {}",
                          step_name(step),
                          to_string(outcome.verdict),
                          outcome.title));
  }

  void ran(const StepLabel& step, const RunOutcome& outcome) override
  {
    log::info(fmt::format("{}: {} {} ({})",
                          step_name(step),
                          to_string(outcome.verdict),
                          outcome.title,
                          outcome.run_id));
  }

  void tick() override {}
};

Result<BisectWishes> wishes_of(const BisectRequest& request)
{
  BisectWishes wishes;
  wishes.signatures = request.signatures;
  wishes.titles = request.titles;
  wishes.workloads = request.workloads;
  wishes.confidence = request.confidence;
  wishes.limits.max_runs = request.max_runs;
  if (!request.max_time.empty()) {
    auto time = parse_duration(request.max_time);
    if (!time) {
      return std::move(time).error().in("--max-time");
    }
    wishes.limits.max_time = *time;
  }
  return wishes;
}

Result<KernelQuestion> ask(const BisectRequest& request,
                           const Job& job,
                           const BisectWishes& wishes,
                           const EngineContext& engine,
                           Observer& observer,
                           const Stop& stop)
{
  if (!request.good_series.empty()) {
    const TwoVersions versions = {request.good_series,
                                  request.bad_series,
                                  std::filesystem::current_path()};
    return ask_versions(job, versions, wishes, engine, observer, stop);
  }
  if (!request.good_kconfig.empty()) {
    return ask_configs(job,
                       request.good_kconfig,
                       request.bad_kconfig,
                       wishes,
                       engine,
                       observer,
                       stop);
  }
  return ask_range(job,
                   request.good,
                   request.bad,
                   request.fixed,
                   wishes,
                   engine,
                   observer,
                   stop);
}

Status forget(const std::filesystem::path& folder)
{
  TRY(remove_tree(folder / "journal.jsonl"));
  TRY(remove_tree(folder / "told.jsonl"));
  return remove_tree(folder / "check");
}

Status clean_up(const EngineContext& engine, const Job& job, const Stop& stop)
{
  TRY_ASSIGN(const auto repository, open_tree(engine, job.tree, stop));
  TRY(clean_up_after_others(engine, find_live_steps(engine.state)));
  return clean_up_tree(engine, repository);
}

Status work(KernelQuestion question,
            const EngineContext& engine,
            Observer& steps,
            const Context& context,
            std::unique_ptr<KernelHunt>& hunt)
{
  const auto executor =
      make_local_executor(engine.share.step_program,
                          or_cpus(engine.config.parallel_guests),
                          context.stop);
  const auto observer = make_hunt_observer(context.options);
  return hunt_alone(std::move(question),
                    engine,
                    *executor,
                    steps,
                    *observer,
                    context.stop,
                    hunt);
}

Status print(const KernelHunt& hunt, const Context& context)
{
  const auto result = hunt.result();
  const BisectEnd end = {hunt.end(), hunt.id(), &result};
  return put_result(context.options.output == Output::json
                        ? bisect_json(hunt.found(), end)
                        : bisect_text(hunt.found(), end));
}

} // namespace

Result<int> bisect_kernels_verb(const BisectRequest& request,
                                const Context& context)
{
  TRY_ASSIGN(const auto wishes, wishes_of(request));
  TRY_ASSIGN(
      const auto engine,
      make_engine_context(context.options, context.processes, context.stop));
  TRY_ASSIGN(const auto catalogue, load_catalogue(engine.share, engine));
  TRY_ASSIGN(auto job, read_job(request.job, catalogue));
  TRY(choose_targets(request.targets, catalogue, job));
  TRY_ASSIGN(const auto lock, claim_state(engine.state));
  TRY(clean_up(engine, job, context.stop));
  StepLog steps;
  TRY_ASSIGN(auto question,
             ask(request, job, wishes, engine, steps, context.stop));
  if (request.restart) {
    TRY(forget(bisection_folder(engine.state, to_json(question.head))));
  }
  std::unique_ptr<KernelHunt> hunt;
  const auto done = work(std::move(question), engine, steps, context, hunt);
  if (context.stop.requested()) {
    return 0; // the caller's exit code says so
  }
  TRY(done);
  TRY(print(*hunt, context));
  const auto conclusion = hunt->found().bisection().answer().conclusion;
  return conclusion == Conclusion::culprit ? 0 : 1;
}

} // namespace oopsfarm
