// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/bisect_folder.h"
#include "apps/bisect_progress.h"
#include "apps/bisect_report.h"
#include "apps/environment.h"
#include "apps/terminal.h"
#include "apps/verbs.h"
#include "base/strings.h"
#include "base/units.h"
#include "engine/kernel_question.h"
#include "hunt/shell_prober.h"

#include <fmt/format.h>

#include <unistd.h>

namespace oopsfarm {

namespace {

/// One bisection, opened.
struct Opened
{
  std::filesystem::path folder;
  BisectHead head; ///< of kernels: git_dir, good and bad only
  Case found;
};

Result<Opened> open_new(const BisectRequest& request, const Context& context)
{
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  TRY_ASSIGN(const auto repository,
             open_repository(request.repo, context.processes, context.stop));
  BisectHead head;
  head.git_dir = repository.git_dir();
  TRY_ASSIGN(head.good, repository.resolve(request.good));
  TRY_ASSIGN(head.bad, repository.resolve(request.bad));
  head.run = request.run;
  head.build = request.build;
  head.signature = request.signature;
  head.is_reverse = request.fixed;
  TRY_ASSIGN(auto found, make_case(head, repository, request.confidence));
  const auto folder = bisect_folder(state, head);
  TRY(make_folder(folder));
  return Opened{folder, std::move(head), std::move(found)};
}

/// One of kernels (`oopsfarm bisect JOB`, or of a job with on_failure: bisect).
Result<Opened> open_kernels(const std::filesystem::path& folder,
                            const KernelHead& kernels,
                            double confidence,
                            const Context& context)
{
  BisectHead head;
  head.git_dir = kernels.git_dir;
  head.good = kernels.good;
  head.bad = kernels.bad;
  head.is_reverse = kernels.is_reverse;
  TRY_ASSIGN(
      const auto repository,
      Repository::open(kernels.git_dir, context.processes, context.stop));
  TRY_ASSIGN(auto setup, setup_of(kernels, repository, confidence));
  TRY_ASSIGN(auto found, Case::make(std::move(setup)));
  return Opened{folder, std::move(head), std::move(found)};
}

/// A bisection that is there already, for a look.
Result<Opened>
open_old(const std::string& id, double confidence, const Context& context)
{
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  TRY_ASSIGN(const auto folder, find_bisection(state, id));
  TRY_ASSIGN(const auto journal, Journal::read(folder));
  if (const auto kernels = parse_kernel_head(journal.head())) {
    return open_kernels(folder, *kernels, confidence, context);
  }
  TRY_ASSIGN(auto head, parse_bisect_head(journal.head()));
  TRY_ASSIGN(const auto repository,
             Repository::open(head.git_dir, context.processes, context.stop));
  TRY_ASSIGN(auto found, make_case(head, repository, confidence));
  return Opened{folder, std::move(head), std::move(found)};
}

Result<HuntLimits> limits_of(const BisectRequest& request)
{
  HuntLimits limits;
  limits.max_runs = request.max_runs;
  if (!request.max_time.empty()) {
    auto time = parse_duration(request.max_time);
    if (!time) {
      return std::move(time).error().in("--max-time");
    }
    limits.max_time = *time;
  }
  return limits;
}

Result<HuntEnd> work(Opened& opened,
                     const BisectRequest& request,
                     const HuntLimits& limits,
                     const Context& context)
{
  TRY_ASSIGN(auto journal, Journal::open(opened.folder, to_json(opened.head)));
  for (const auto& record : journal.records()) {
    TRY(opened.found.add(record));
  }
  ShellSetup setup;
  setup.git_dir = opened.head.git_dir;
  setup.folder = opened.folder;
  for (const auto& commit : opened.found.range().commits) {
    setup.commits.push_back(commit.id);
  }
  setup.build = opened.head.build;
  setup.run = opened.head.run;
  setup.signature = opened.head.signature;
  setup.jobs = request.jobs;
  TRY_ASSIGN(
      const auto prober,
      make_shell_prober(std::move(setup), context.processes, context.stop));
  const auto observer = make_hunt_observer(context.options);
  return hunt(opened.found, *prober, journal, limits, *observer, context.stop);
}

Status print(const Opened& opened, const BisectEnd& end, const Context& context)
{
  return put_result(context.options.output == Output::json
                        ? bisect_json(opened.found, end)
                        : bisect_text(opened.found, end));
}

} // namespace

Result<int> bisect_verb(const BisectRequest& request, const Context& context)
{
  if (!request.job.empty()) {
    return bisect_kernels_verb(request, context);
  }
  TRY_ASSIGN(const auto limits, limits_of(request));
  TRY_ASSIGN(auto opened, open_new(request, context));
  TRY_ASSIGN(const auto lock, FileLock::try_take(opened.folder / "lock"));
  if (request.restart) {
    TRY(remove_tree(opened.folder / "journal.jsonl"));
    TRY(remove_tree(opened.folder / "told.jsonl"));
    TRY(remove_tree(opened.folder / "logs"));
  }
  TRY_ASSIGN(const auto end, work(opened, request, limits, context));
  if (end == HuntEnd::stopped) {
    return 0; // the caller's exit code says so
  }
  TRY(print(opened, {end, opened.folder.filename().string()}, context));
  const auto conclusion = opened.found.bisection().answer().conclusion;
  return conclusion == Conclusion::culprit ? 0 : 1;
}

Result<int> bisect_log_verb(const BisectLogRequest& request,
                            const Context& context)
{
  TRY_ASSIGN(auto opened, open_old(request.id, 0.95, context));
  TRY_ASSIGN(const auto journal, Journal::read(opened.folder));
  std::string text;
  for (const auto& record : journal.records()) {
    TRY(opened.found.add(record));
    if (context.options.output == Output::json) {
      text += to_json(record) + "\n";
    }
  }
  if (request.as_git) {
    TRY(put_result(git_bisect_log(opened.found)));
    return 0;
  }
  if (context.options.output != Output::json) {
    text += fmt::format("good {}\nbad {}\n", opened.head.good, opened.head.bad);
    if (!opened.head.run.empty()) {
      text += fmt::format("run {}\n", printable(opened.head.run));
    }
    for (const auto& record : opened.found.records()) {
      text += fmt::format(
          "{:>4} {}\n", record.number, record_line(opened.found, record));
    }
  }
  TRY(put_result(text));
  return 0;
}

Result<int> bisect_replay_verb(const BisectReplayRequest& request,
                               const Context& context)
{
  TRY_ASSIGN(auto opened, open_old(request.id, request.confidence, context));
  TRY_ASSIGN(const auto journal, Journal::read(opened.folder));
  const auto observer = make_hunt_observer(context.options);
  for (const auto& record : journal.records()) {
    TRY(opened.found.add(record));
    observer->recorded(opened.found, record);
  }
  TRY(print(opened, {{}, opened.folder.filename().string()}, context));
  const auto conclusion = opened.found.bisection().answer().conclusion;
  return conclusion == Conclusion::culprit ? 0 : 1;
}

/// A kernel's name in full: not all are commits.
static Result<std::string>
commit_of(const Opened& opened, const std::string& name, const Context& context)
{
  std::vector<std::string> known;
  for (const auto& commit : opened.found.range().commits) {
    if (commit.id.starts_with(name)) {
      known.push_back(commit.id);
    }
  }
  if (known.size() == 1) {
    return known.front();
  }
  TRY_ASSIGN(
      const auto repository,
      Repository::open(opened.head.git_dir, context.processes, context.stop));
  return repository.resolve(name);
}

Result<int> bisect_tell_verb(const BisectTellRequest& request,
                             const Context& context)
{
  TRY_ASSIGN(auto opened, open_old(request.id, 0.95, context));
  Record word;
  TRY_ASSIGN(word.commit, commit_of(opened, request.commit, context));
  TRY_ASSIGN(word.outcome, outcome_from("told-" + request.word));
  word.channel = opened.found.channels().front();
  word.detail = "told";
  TRY(opened.found.add(word)); // is it one of the range's?
  TRY(Journal::tell(opened.folder, word));
  if (context.options.verbosity != Verbosity::quiet) {
    TRY(put(
        STDERR_FILENO,
        fmt::format("{} is taken for {} from the bisection's next step on\n",
                    word.commit.substr(0, 12),
                    request.word)));
  }
  return 0;
}

} // namespace oopsfarm
