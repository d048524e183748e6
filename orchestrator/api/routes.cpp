// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/routes.h"

#include "api/job_json.h"
#include "api/nightly_routes.h"
#include "api/refusal.h"
#include "api/submission.h"
#include "base/id.h"
#include "base/strings.h"
#include "daemon/planner.h"
#include "formats/format.h"
#include "report/read_report.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

namespace oopsfarm {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A number in the query; the default where there is none, nothing where it is
/// no number or over `max`.
static std::optional<std::uint64_t> number_in(const HttpRequest& request,
                                              const std::string& key,
                                              std::uint64_t otherwise,
                                              std::uint64_t max)
{
  const auto found = request.query.find(key);
  if (found == request.query.end()) {
    return otherwise;
  }
  const auto& text = found->second;
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() ||
      number > max) {
    return std::nullopt;
  }
  return number;
}

namespace {

/// One request on its way to its answer.
class Route
{
public:
  Route(const ApiContext& context, const HttpRequest& request)
      : context_(context), request_(request)
  {
  }

  HttpResponse answer();

private:
  HttpResponse of_job(const std::string& id, const std::string& what);
  HttpResponse submit();
  HttpResponse list();
  HttpResponse show(const StoredJob& job);
  HttpResponse cancel(const StoredJob& job);
  HttpResponse retry(const StoredJob& job);
  HttpResponse runs(const StoredJob& job);
  HttpResponse report(const StoredJob& job);
  HttpResponse log(const std::string& run, const std::string& what);
  HttpResponse metrics();
  Result<StoredJob> add(NewJob job, const Job& read);

  bool may_change(const StoredJob& job) const
  {
    return request_.is_admin || job.asked.owner == request_.user;
  }

  bool is(const char* method) const { return request_.method == method; }

  const ApiContext& context_;
  const HttpRequest& request_;
};

HttpResponse Route::answer()
{
  const auto parts = split(request_.path, '/');
  // "/v1/jobs/ID/report" is "", "v1", "jobs", "ID", "report".
  const auto part = [&](std::size_t i) {
    return i < parts.size() ? parts[i] : std::string();
  };
  if (request_.path == "/healthz" && is("GET")) {
    return {200, "text/plain", "ok\n"};
  }
  if (request_.path == "/metrics" && is("GET")) {
    return metrics();
  }
  if (request_.path == "/v1/jobs") {
    return is("POST")  ? submit()
           : is("GET") ? list()
                       : failure(405,
                                 "jobs are listed (GET) and submitted "
                                 "(POST)");
  }
  constexpr std::size_t max_parts = 5;
  if (part(1) == "v1" && part(2) == "jobs" && parts.size() <= max_parts) {
    return of_job(part(3), part(4));
  }
  if (part(1) == "v1" && part(2) == "nightlies" && parts.size() <= max_parts) {
    return answer_nightly(context_, request_, part(3), part(4));
  }
  if (part(1) == "v1" && part(2) == "runs" && parts.size() == max_parts) {
    return is("GET") ? log(part(3), part(4))
                     : failure(405, "logs are read (GET)");
  }
  return failure(404, "there is no such thing; docs/formats.md lists the API");
}

HttpResponse Route::of_job(const std::string& id, const std::string& what)
{
  if (!is_id(id)) {
    return failure(404, fmt::format("'{}' is no job's id", printable(id, 80)));
  }
  const auto job = context_.store->job(id);
  if (!job) {
    return failure(job.error());
  }
  if (!*job) {
    return failure(404, fmt::format("there is no job {}", id));
  }
  if (what.empty() && is("GET")) {
    return show(**job);
  }
  if (what == "report" && is("GET")) {
    return report(**job);
  }
  if (what == "runs" && is("GET")) {
    return runs(**job);
  }
  if (what == "cancel" && is("POST")) {
    return cancel(**job);
  }
  if (what == "retry" && is("POST")) {
    return retry(**job);
  }
  return failure(404,
                 "of a job there is: runs, report (GET), cancel, retry "
                 "(POST)");
}

Result<StoredJob> Route::add(NewJob job, const Job& read)
{
  job.name = read.name;
  TRY(context_.store->add_job(job));
  context_.wake();
  TRY_ASSIGN(const auto row, context_.store->job(job.id));
  return row ? Result<StoredJob>(*row) : internal_error("the job is gone");
}

HttpResponse Route::submit()
{
  auto submission = parse_submission(request_.body);
  if (!submission) {
    return failure(submission.error());
  }
  if (submission->priority > 0 && !request_.is_admin) {
    return failure(403, "a priority over 0 is for the farm's owner");
  }
  NewJob job;
  job.id = new_id();
  job.owner = request_.user;
  job.priority = submission->priority;
  job.file = submission->file;
  job.seed = submission->seed;
  job.repeat = submission->repeat;
  job.targets = submission->targets;
  const auto folder = context_.state.jobs() / job.id;
  if (const auto written = write_submission(*submission, folder); !written) {
    return failure(written.error());
  }
  const auto read = read_submission(context_.state, job, context_.catalogue);
  if (read && !read->schedule.empty()) {
    return register_nightly(context_, std::move(job), *read);
  }
  const auto row = read ? add(job, *read) : Result<StoredJob>(read.error());
  if (!row) {
    static_cast<void>(remove_tree(folder));
    auto error = row.error();
    // Messages name the file as the submitter knows it.
    const auto prefix = folder.string() + "/";
    for (auto at = error.message.find(prefix); at != std::string::npos;
         at = error.message.find(prefix)) {
      error.message.erase(at, prefix.size());
    }
    return failure(error);
  }
  return {201, "application/json", json_of(*row, std::nullopt)};
}

HttpResponse Route::list()
{
  constexpr std::size_t most = 10'000;
  const auto limit = number_in(request_, "limit", 100, most);
  if (!limit) {
    return failure(400, "limit is a number up to 10000");
  }
  const bool all = request_.query.contains("all");
  const auto jobs =
      context_.store->list(all ? JobFilter::all : JobFilter::live, *limit);
  if (!jobs) {
    return failure(jobs.error());
  }
  HttpResponse response;
  response.type = "application/x-ndjson";
  for (const auto& job : *jobs) {
    response.body += json_of(job, context_.board->job(job.asked.id));
  }
  return response;
}

HttpResponse Route::show(const StoredJob& job)
{
  return {
      200, "application/json", json_of(job, context_.board->job(job.asked.id))};
}

HttpResponse Route::cancel(const StoredJob& job)
{
  if (!may_change(job)) {
    return failure(403, "that is " + job.asked.owner + "'s job");
  }
  const auto done = context_.store->cancel_job(job.asked.id);
  if (!done) {
    return failure(done.error());
  }
  if (!*done) {
    return failure(409, fmt::format("{} has ended", job.asked.id));
  }
  context_.wake();
  const auto row = context_.store->job(job.asked.id);
  return row && *row ? show(**row) : failure(500, "the job is gone");
}

/// The same submission once more, as a job of its own.
HttpResponse Route::retry(const StoredJob& job)
{
  if (!may_change(job)) {
    return failure(403, "that is " + job.asked.owner + "'s job");
  }
  auto again = job.asked;
  again.id = new_id();
  std::error_code error;
  fs::copy(context_.state.jobs() / job.asked.id,
           context_.state.jobs() / again.id,
           fs::copy_options::recursive,
           error);
  if (error) {
    return failure(500, "cannot copy the job's files: " + error.message());
  }
  const auto read = read_submission(context_.state, again, context_.catalogue);
  const auto row = read ? add(again, *read) : Result<StoredJob>(read.error());
  if (!row) {
    static_cast<void>(remove_tree(context_.state.jobs() / again.id));
    return failure(row.error());
  }
  return {201, "application/json", json_of(*row, std::nullopt)};
}

HttpResponse Route::runs(const StoredJob& job)
{
  const auto runs = context_.store->runs(job.asked.id);
  if (!runs) {
    return failure(runs.error());
  }
  HttpResponse response;
  response.type = "application/x-ndjson";
  for (const auto& run : *runs) {
    Json json = {{"kind", "run"}, {"id", run.id}, {"job", run.job}};
    json["verdict"] = run.outcome ? to_string(run.outcome->verdict) : "";
    json["title"] = run.outcome ? run.outcome->title : "";
    response.body +=
        json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return response;
}

HttpResponse Route::report(const StoredJob& job)
{
  const auto report = context_.store->report(job.asked.id);
  if (!report) {
    return failure(report.error());
  }
  if (!*report) {
    return failure(409,
                   fmt::format("{} has no report: it is {}{}{}",
                               job.asked.id,
                               to_string(job.state),
                               job.error.empty() ? "" : ": ",
                               job.error));
  }
  const auto asked = request_.query.find("format");
  const auto format =
      parse_format(asked == request_.query.end() ? "text" : asked->second);
  if (!format) {
    return failure(format.error());
  }
  if (*format == Format::text) {
    return {200, content_type(*format), (*report)->text};
  }
  if (*format == Format::json) {
    return {200, content_type(*format), (*report)->json};
  }
  const auto read = parse_report((*report)->json);
  if (!read) {
    return failure(500, "the report can't be read: " + read.error().message);
  }
  FormatOptions options;
  options.mail = context_.mail;
  options.ended = job.ended;
  return {200, content_type(*format), format_report(*read, *format, options)};
}

/// A slice of a run's log from `offset` on, 1 MiB at most: bytes that a guest
/// wrote.
HttpResponse Route::log(const std::string& run, const std::string& what)
{
  constexpr std::size_t slice = 1U << 20;
  const auto offset = number_in(request_, "offset", 0, 1ULL << 40);
  const bool known =
      what == "console" || what == "ktap" || what == "post-mortem";
  if (!is_id(run) || !known || !offset) {
    return failure(404,
                   "of a run there is console, ktap and post-mortem, from "
                   "an offset on");
  }
  std::ifstream file(context_.state.runs() / run / (what + ".log"),
                     std::ios::binary);
  if (!file) {
    return failure(404, fmt::format("{} has no {} log (yet)", run, what));
  }
  file.seekg(static_cast<std::streamoff>(*offset));
  HttpResponse response;
  response.type = "application/octet-stream";
  response.body.resize(slice);
  file.read(response.body.data(), slice);
  response.body.resize(
      static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return response;
}

/// Prometheus' text format, version 0.0.4.
HttpResponse Route::metrics()
{
  const auto counts = context_.store->counts();
  if (!counts) {
    return failure(counts.error());
  }
  std::string text = "# HELP oopsfarm_jobs Jobs by their state.\n"
                     "# TYPE oopsfarm_jobs gauge\n";
  for (const auto& [state, count] : *counts) {
    text += fmt::format("oopsfarm_jobs{{state=\"{}\"}} {}\n", state, count);
  }
  const auto [builds, runs] = context_.board->at_work();
  const std::chrono::duration<double> up =
      std::chrono::steady_clock::now() - context_.since;
  text += fmt::format("# HELP oopsfarm_steps Steps at work.\n"
                      "# TYPE oopsfarm_steps gauge\n"
                      "oopsfarm_steps{{kind=\"build\"}} {}\n"
                      "oopsfarm_steps{{kind=\"run\"}} {}\n"
                      "# HELP oopsfarm_uptime_seconds Since the daemon began.\n"
                      "# TYPE oopsfarm_uptime_seconds gauge\n"
                      "oopsfarm_uptime_seconds {:.0f}\n",
                      builds,
                      runs,
                      up.count());
  return {200, "text/plain; version=0.0.4", text};
}

} // namespace

HttpResponse answer(const ApiContext& context, const HttpRequest& request)
{
  return Route(context, request).answer();
}

} // namespace oopsfarm
