// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/planner.h"

#include "base/log.h"
#include "base/strings.h"
#include "daemon/night_record.h"
#include "report/json_report.h"
#include "report/text_report.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

namespace fs = std::filesystem;

/// What a job that came from elsewhere names must have come with it: nobody
/// may have the daemon read its own files by naming them. `base` is the job
/// file's folder within the submission.
static bool is_inside(const fs::path& base, const std::string& named)
{
  const fs::path path(named);
  if (path.is_absolute()) {
    return false;
  }
  const auto whole = (base / path).lexically_normal();
  return whole.empty() || *whole.begin() != "..";
}

static Status check_names(const Job& job, const fs::path& base)
{
  const auto check = [&](const std::string& named) -> Status {
    if (!is_inside(base, named)) {
      return user_error(fmt::format(
          "'{}' is not in the job's folder: a job that is submitted brings "
          "along what it names, by paths relative to the job file",
          printable(named, 200)));
    }
    return Ok{};
  };
  for (const auto& named : job.series) {
    TRY(check(named));
  }
  for (const auto& workload : job.workloads) {
    for (const auto& program : workload.programs) {
      if (workload.source == ProgramSource::user) {
        TRY(check(program.run));
      }
    }
    for (const auto& file : workload.files) {
      TRY(check(file.file));
    }
  }
  return Ok{};
}

static Status check_targets(const std::vector<std::string>& targets,
                            const Job& job,
                            const Catalogue& catalogue)
{
  const auto& known = catalogue.targets;
  for (const auto& target : targets) {
    if (std::find(known.begin(), known.end(), target) == known.end()) {
      return user_error(fmt::format("unknown target '{}'; {}",
                                    printable(target, 80),
                                    suggest(target, known)));
    }
    for (const auto& kconfig : job.kconfigs) {
      if (auto why = why_impossible(catalogue, kconfig, target); !why.empty()) {
        return user_error(std::move(why));
      }
    }
  }
  return Ok{};
}

Result<Job> read_submission(const StatePaths& state,
                            const NewJob& asked,
                            const Catalogue& catalogue)
{
  const auto file = state.jobs() / asked.id / asked.file;
  TRY_ASSIGN(auto job, read_job(file, catalogue));
  TRY(check_names(job, fs::path(asked.file).parent_path()));
  job.seed = asked.seed.value_or(job.seed);
  job.repeat = asked.repeat.value_or(job.repeat);
  if (!asked.targets.empty()) {
    TRY(check_targets(asked.targets, job, catalogue));
    job.targets = asked.targets;
  }
  return job;
}

namespace {

/// The board shows a job's own steps; what is planned for a bisection is not.
class SilentObserver final : public Observer
{
public:
  void note(const std::string&) override {}

  void planned(std::size_t, std::size_t) override {}

  void reused(const KernelBuild&) override {}

  void started(const StepLabel&) override {}

  void progress(const StepLabel&, const Progress&) override {}

  void built(const StepLabel&, const BuildOutcome&) override {}

  void ran(const StepLabel&, const RunOutcome&) override {}

  void tick() override {}
};

class EnginePlanner final : public Planner
{
public:
  EnginePlanner(const EngineContext& context,
                Catalogue catalogue,
                const Stop& stop)
      : context_(context), catalogue_(std::move(catalogue)), stop_(stop)
  {
  }

  Result<PreparedJob> prepare(const StoredJob& job, Observer& observer) override
  {
    TRY_ASSIGN(const auto read,
               read_submission(context_.state, job.asked, catalogue_));
    return prepare_job(read, context_, observer, stop_, job.base_commit);
  }

  Result<BisectionPlan> bisections(const StoredJob& job,
                                   const PreparedJob& prepared,
                                   const JobWork& work) override
  {
    log::info(job.asked.id + ": looks for what is to be bisected");
    TRY_ASSIGN(auto report, report_of(prepared, work, context_, stop_));
    BisectionPlan plan;
    SilentObserver observer;
    report.notes.clear();
    TRY_ASSIGN(plan.questions,
               questions_of(prepared, work, context_, observer, stop_, report));
    plan.notes = report.notes;
    return plan;
  }

  Result<FinishedJob> finish(const StoredJob& job,
                             const PreparedJob& prepared,
                             const JobWork& work) override
  {
    TRY_ASSIGN(auto report, report_of(prepared, work, context_, stop_));
    if (job.begun.count() > 0) {
      report.time = wall_now() - job.begun;
    }
    Style style;
    style.runs = context_.state.runs();
    FinishedJob finished;
    finished.exit_code = exit_code(report);
    finished.report = {text_table(report, style), json_cells(report)};
    if (!prepared.job.schedule.empty()) {
      finished.night =
          to_json(night_of(job.asked.id, report, work.observations()));
    }
    return finished;
  }

  const EngineContext& context() const override { return context_; }

private:
  const EngineContext& context_;
  Catalogue catalogue_;
  const Stop& stop_;
};

} // namespace

std::unique_ptr<Planner> make_planner(const EngineContext& context,
                                      Catalogue catalogue,
                                      const Stop& stop)
{
  return std::make_unique<EnginePlanner>(context, std::move(catalogue), stop);
}

} // namespace oopsfarm
