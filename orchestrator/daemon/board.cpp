// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/board.h"

#include "base/log.h"
#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

std::optional<LiveJob> Board::job(const std::string& id) const
{
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? std::nullopt : std::optional(found->second);
}

std::pair<std::size_t, std::size_t> Board::at_work() const
{
  const std::lock_guard lock(mutex_);
  std::pair<std::size_t, std::size_t> sum;
  for (const auto& [id, job] : jobs_) {
    for (const auto& work : job.work) {
      (work.label.starts_with("build ") ? sum.first : sum.second) += 1;
    }
  }
  return sum;
}

void Board::forget(const std::string& id)
{
  const std::lock_guard lock(mutex_);
  jobs_.erase(id);
}

void BoardObserver::note(const std::string& text)
{
  board_.change(job_, [&](LiveJob& job) { job.note = printable(text); });
}

void BoardObserver::planned(std::size_t builds, std::size_t runs)
{
  board_.change(job_, [&](LiveJob& job) {
    job.builds = builds;
    job.runs = runs;
  });
}

void BoardObserver::reused(const KernelBuild&) {}

static std::string label_of(const StepLabel& step)
{
  return (step.is_build ? "build " : "run ") + step_name(step);
}

void BoardObserver::started(const StepLabel& step)
{
  const auto label = label_of(step);
  log::info(fmt::format("{}: {}", job_, label));
  board_.change(job_, [&](LiveJob& job) {
    LiveWork work;
    work.step = step.id;
    work.label = label;
    work.since = std::chrono::steady_clock::now();
    job.work.push_back(std::move(work));
  });
}

void BoardObserver::progress(const StepLabel& step, const Progress& progress)
{
  board_.change(job_, [&](LiveJob& job) {
    for (auto& work : job.work) {
      if (work.step == step.id) {
        work.phase = printable(progress.phase);
        work.done = progress.done;
        work.total = progress.total;
        work.unit = printable(progress.unit);
      }
    }
  });
}

/// Builds' and runs' outcomes alike.
template <typename Outcome>
static void
log_end(const std::string& job, const StepLabel& step, const Outcome& outcome)
{
  log::info(fmt::format("{}: {}: {} {}",
                        job,
                        label_of(step),
                        to_string(outcome.verdict),
                        printable(outcome.title)));
}

static void end_step(LiveJob& job, const StepLabel& step, Verdict verdict)
{
  std::erase_if(job.work, [&](auto& work) { return work.step == step.id; });
  if (verdict != Verdict::pass && verdict != Verdict::skip) {
    ++job.failed;
  }
}

void BoardObserver::built(const StepLabel& step, const BuildOutcome& outcome)
{
  log_end(job_, step, outcome);
  board_.change(job_, [&](LiveJob& job) {
    end_step(job, step, outcome.verdict);
    ++job.built;
  });
}

void BoardObserver::ran(const StepLabel& step, const RunOutcome& outcome)
{
  log_end(job_, step, outcome);
  board_.change(job_, [&](LiveJob& job) {
    end_step(job, step, outcome.verdict);
    // A run that the farm lost is begun again.
    job.ran += outcome.verdict == Verdict::infra ? 0 : 1;
  });
}

} // namespace oopsfarm
