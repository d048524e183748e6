// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/daemon_verbs.h"
#include "apps/engine_setup.h"
#include "apps/job_bundle.h"
#include "apps/terminal.h"
#include "store/store.h"

#include <fmt/format.h>

#include <unistd.h>

namespace oopsfarm {

/// The job file is read here, too: most mistakes need no daemon to be found.
Result<int> submit_verb(const SubmitRequest& request, const Context& context)
{
  TRY_ASSIGN(
      const auto engine,
      make_engine_context(context.options, context.processes, context.stop));
  TRY_ASSIGN(const auto catalogue, load_catalogue(engine.share, engine));
  TRY_ASSIGN(auto job, read_job(request.run.job, catalogue));
  TRY_ASSIGN(auto submission, bundle_job(job, engine.targets));
  submission.seed = request.run.seed;
  submission.repeat = request.run.repeat;
  submission.targets = request.run.targets;
  submission.priority = request.priority;
  if (!job.schedule.empty()) {
    return submit_nightly(submission, request.wait, context);
  }
  TRY_ASSIGN(const auto answer,
             ask(context, "POST", "/v1/jobs", to_json(submission)));
  TRY_ASSIGN(const auto view, parse_job_view(answer));
  if (!request.wait) {
    TRY(put_result(context.options.output == Output::json ? answer
                                                          : view.id + "\n"));
    return 0;
  }
  return follow_job(view.id, context);
}

static Result<std::vector<JobView>> parse_jobs(const std::string& lines)
{
  std::vector<JobView> jobs;
  for (std::size_t begin = 0; begin < lines.size();) {
    const auto end = std::min(lines.find('\n', begin), lines.size());
    TRY_ASSIGN(
        auto job,
        parse_job_view(std::string_view(lines).substr(begin, end - begin)));
    jobs.push_back(std::move(job));
    begin = end + 1;
  }
  return jobs;
}

Result<int> status_verb(const StatusRequest& request, const Context& context)
{
  auto path = std::string("/v1/jobs");
  if (!request.job.empty()) {
    TRY(check_job_id(request.job));
    path += "/" + request.job;
  } else if (request.all) {
    path += "?all=1";
  }
  TRY_ASSIGN(const auto answer, ask(context, "GET", path));
  if (context.options.output == Output::json) {
    TRY(put_result(answer));
    return 0;
  }
  TRY_ASSIGN(const auto jobs, parse_jobs(answer));
  if (jobs.empty()) {
    TRY(put_result(request.all ? "no job yet; `oopsfarm submit JOB.yaml`\n"
                               : "nothing to do; `oopsfarm status --all` has "
                                 "what was done\n"));
    return 0;
  }
  auto text = jobs_table(jobs,
                         use_colour(context.options.colour, STDOUT_FILENO),
                         static_cast<std::int64_t>(wall_now().count()));
  if (!request.job.empty() && jobs.front().live) {
    for (const auto& work : jobs.front().live->work) {
      text += fmt::format("  {}: {}\n", work.label, work.phase);
    }
  }
  TRY(put_result(text));
  return 0;
}

Result<int> cancel_verb(const CancelRequest& request, const Context& context)
{
  TRY(check_job_id(request.job));
  TRY_ASSIGN(const auto answer,
             ask(context, "POST", "/v1/jobs/" + request.job + "/cancel"));
  if (context.options.output == Output::json) {
    TRY(put_result(answer));
  }
  return 0;
}

Result<int> retry_verb(const RetryRequest& request, const Context& context)
{
  TRY(check_job_id(request.job));
  TRY_ASSIGN(const auto answer,
             ask(context, "POST", "/v1/jobs/" + request.job + "/retry"));
  TRY_ASSIGN(const auto view, parse_job_view(answer));
  if (request.wait) {
    return follow_job(view.id, context);
  }
  TRY(put_result(context.options.output == Output::json ? answer
                                                        : view.id + "\n"));
  return 0;
}

} // namespace oopsfarm
