// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/display.h"
#include "apps/engine_setup.h"
#include "apps/environment.h"
#include "apps/job_progress.h"
#include "apps/terminal.h"
#include "apps/verbs.h"
#include "engine/engine.h"
#include "formats/format.h"
#include "jobfile/job_file.h"
#include "report/json_report.h"
#include "report/text_report.h"
#include "store/store.h"
#include "sys/file.h"

#include <unistd.h>

namespace oopsfarm {

/// What the command line says instead of the job file.
static Status
override_job(const RunRequest& request, const Catalogue& catalogue, Job& job)
{
  job.seed = request.seed.value_or(job.seed);
  job.repeat = request.repeat.value_or(job.repeat);
  return choose_targets(request.targets, catalogue, job);
}

/// Runs the engine with progress on standard error; the display is gone, and
/// the cursor back, when this returns.
static Result<JobReport>
work(const Job& job, const EngineContext& engine, const Context& context)
{
  const auto display = make_display(context.options);
  JobProgress progress(*display,
                       context.stop,
                       use_colour(context.options.colour, STDERR_FILENO));
  return Engine(engine, progress, context.stop).run(job);
}

/// A file for each form of the report.
static Status write_reports(const JobReport& report,
                            const std::filesystem::path& folder,
                            const EngineContext& engine)
{
  if (folder.empty()) {
    return Ok{};
  }
  FormatOptions options;
  options.style.runs = engine.state.runs();
  options.mail = identity_of(engine.config.mail);
  options.ended = wall_now();
  TRY(make_folder(folder));
  for (const auto format : all_formats()) {
    TRY(write_file(folder / file_name(format),
                   format_report(report, format, options)));
  }
  return Ok{};
}

Result<int> run_verb(const RunRequest& request, const Context& context)
{
  TRY_ASSIGN(
      const auto engine,
      make_engine_context(context.options, context.processes, context.stop));
  TRY_ASSIGN(const auto catalogue, load_catalogue(engine.share, engine));
  TRY_ASSIGN(auto job, read_job(request.job, catalogue));
  TRY(override_job(request, catalogue, job));
  // Bad input has been found by here, and has left nothing behind.
  TRY_ASSIGN(const auto lock, claim_state(engine.state));
  TRY_ASSIGN(const auto report, work(job, engine, context));
  TRY(write_reports(report, request.report_dir, engine));
  if (context.options.output == Output::json) {
    TRY(put_result(json_cells(report)));
    return exit_code(report);
  }
  Style style;
  style.colour = use_colour(context.options.colour, STDOUT_FILENO);
  style.runs = engine.state.runs();
  TRY(put_result(text_table(report, style)));
  return exit_code(report);
}

} // namespace oopsfarm
