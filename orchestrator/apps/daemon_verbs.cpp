// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/daemon_verbs.h"

#include "api/client.h"
#include "apps/display.h"
#include "apps/environment.h"
#include "apps/terminal.h"
#include "base/id.h"
#include "base/strings.h"
#include "report/live.h"
#include "report/table.h"

#include <fmt/format.h>

#include <poll.h>

#include <nlohmann/json.hpp>

namespace oopsfarm {

Result<std::string> ask(const Context& context,
                        const std::string& method,
                        const std::string& path,
                        const std::string& body)
{
  TRY_ASSIGN(const auto daemon, find_daemon(context.options, get_env));
  TRY_ASSIGN(auto reply, ask_daemon(daemon, method, path, body));
  constexpr int first_error = 400;
  constexpr int first_of_ours = 500;
  if (reply.status < first_error) {
    return std::move(reply.body);
  }
  const auto json = nlohmann::json::parse(reply.body, nullptr, false);
  const auto message =
      json.is_object() && json.contains("message") &&
              json["message"].is_string()
          ? json["message"].get<std::string>()
          : fmt::format("the daemon refuses with HTTP status {}", reply.status);
  return reply.status < first_of_ours ? user_error(message)
                                      : infra_error(message);
}

Status check_job_id(const std::string& id)
{
  if (is_id(id)) {
    return Ok{};
  }
  return user_error(fmt::format("'{}' is no job's id, which look like "
                                "20261121T101500-3fa9c2; `oopsfarm status "
                                "--all` lists them",
                                printable(id, 80)));
}

/// "3/12 runs, 1 failed", "1/4 kernels", "waits".
static std::string progress_of(const JobView& job)
{
  if (!job.error.empty()) {
    return printable(split_lines(job.error).front(), 60);
  }
  if (!job.live || job.live->runs == 0) {
    return job.state == "queued" ? "waits"
           : job.state == "running"
               ? "being planned"
               : fmt::format("{} runs, {} failed", job.runs, job.failed_runs);
  }
  const auto& live = *job.live;
  auto text = live.built < live.builds
                  ? fmt::format("{}/{} kernels, ", live.built, live.builds)
                  : std::string();
  text += fmt::format("{}/{} runs", live.ran, live.runs);
  return live.failed == 0 ? text
                          : text + fmt::format(", {} failed", live.failed);
}

static Tint tint_of(const JobView& job)
{
  if (job.state == "failed") {
    return Tint::warn;
  }
  if (job.state == "ended") {
    return job.exit_code == 0 ? Tint::good : Tint::bad;
  }
  return Tint::none;
}

/// How long it has been at it, or took.
static std::string time_of(const JobView& job, std::int64_t now_ms)
{
  if (job.begun_ms == 0) {
    return "-";
  }
  const auto end = job.ended_ms != 0 ? job.ended_ms : now_ms;
  return clock_text(std::chrono::milliseconds(end - job.begun_ms));
}

static std::string state_of(const JobView& job)
{
  if (job.cancel_wanted && job.state == "running") {
    return "cancelling";
  }
  if (job.state != "ended") {
    return job.state;
  }
  return job.exit_code == 0   ? "passed"
         : job.exit_code == 1 ? "found"
                              : fmt::format("exit {}", job.exit_code);
}

std::string
jobs_table(const std::vector<JobView>& jobs, Colour colour, std::int64_t now_ms)
{
  Table table(colour);
  table.column("job", Align::left);
  table.column("name", Align::left);
  table.column("owner", Align::left);
  table.column("state", Align::left);
  table.column("time", Align::right);
  table.column("progress", Align::left);
  for (const auto& job : jobs) {
    table.row({job.id,
               printable(job.name, 40),
               printable(job.owner, 20),
               state_of(job),
               time_of(job, now_ms),
               progress_of(job)},
              {Tint::none, Tint::none, Tint::none, tint_of(job)});
  }
  return table.text();
}

static std::vector<LiveStep> steps_of(const JobView& job)
{
  std::vector<LiveStep> steps;
  if (!job.live) {
    return steps;
  }
  const auto now = std::chrono::steady_clock::now();
  for (const auto& work : job.live->work) {
    LiveStep step;
    step.label = work.label;
    step.progress = {work.phase, work.done, work.total, work.unit};
    step.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - work.since);
    step.phase_elapsed = step.elapsed;
    steps.push_back(std::move(step));
  }
  return steps;
}

void wait_a_little(const Stop& stop)
{
  constexpr int pause_ms = 500;
  pollfd asked = {stop.fd(), POLLIN, 0};
  poll(&asked, 1, pause_ms);
}

/// The job once it has ended, or when we are to stop.
static Result<JobView> wait_for(const std::string& id, const Context& context)
{
  const auto display = make_display(context.options);
  std::string said;
  while (true) {
    TRY_ASSIGN(const auto text, ask(context, "GET", "/v1/jobs/" + id));
    TRY_ASSIGN(auto job, parse_job_view(text));
    if (job.has_ended() || context.stop.requested()) {
      display->show({});
      return job;
    }
    if (const auto now = progress_of(job); now != said) {
      display->say(fmt::format("{}: {}", id, now));
      said = now;
    }
    display->show(steps_of(job));
    wait_a_little(context.stop);
  }
}

Result<int> follow_job(const std::string& id, const Context& context)
{
  TRY_ASSIGN(const auto job, wait_for(id, context));
  if (!job.has_ended()) {
    return 3; // Ctrl-C is for us: the daemon goes on with the job
  }
  if (job.state == "failed") {
    return user_error(job.error);
  }
  if (job.state == "cancelled") {
    return infra_error(id + " was cancelled");
  }
  const auto* format =
      context.options.output == Output::json ? "?format=json" : "";
  TRY_ASSIGN(const auto report,
             ask(context, "GET", "/v1/jobs/" + id + "/report" + format));
  TRY(put_result(report));
  return job.exit_code;
}

} // namespace oopsfarm
