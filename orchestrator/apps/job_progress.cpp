// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/job_progress.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

void JobProgress::note(const std::string& text)
{
  display_.say(printable(text));
}

void JobProgress::planned(std::size_t builds, std::size_t runs)
{
  const auto count = [](std::size_t n, const char* what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
  };
  display_.say((builds == 0 ? "no kernel to build"
                            : count(builds, "kernel") + " to build") +
               ", " + count(runs, "run"));
}

void JobProgress::reused(const KernelBuild& build)
{
  display_.say(fmt::format(
      "reused {} {} {}", build.kernel, to_string(build.arch), build.kconfig));
}

void JobProgress::started(const StepLabel& step)
{
  const auto now = steady_clock::now();
  LiveStep live;
  live.label = (step.is_build ? "build " : "run ") + step_name(step);
  running_.push_back({step.id, now, now, std::move(live)});
  refresh();
}

void JobProgress::progress(const StepLabel& step, const Progress& progress)
{
  for (auto& running : running_) {
    if (running.id == step.id) {
      if (running.live.progress.phase != progress.phase) {
        running.phase_since = steady_clock::now();
      }
      running.live.progress = progress;
    }
  }
  refresh();
}

void JobProgress::finished(const StepLabel& step,
                           const std::string& line,
                           Verdict verdict)
{
  std::erase_if(running_,
                [&](const Running& running) { return running.id == step.id; });
  auto tint = Tint::none;
  if (verdict == Verdict::infra) {
    tint = Tint::warn;
  } else if (is_kernel_failure(verdict)) {
    tint = Tint::bad;
  }
  display_.say(tinted(line, tint, colour_));
  refresh();
}

void JobProgress::built(const StepLabel& step, const BuildOutcome& outcome)
{
  finished(step, built_line(step_name(step), outcome), outcome.verdict);
}

void JobProgress::ran(const StepLabel& step, const RunOutcome& outcome)
{
  finished(step, ran_line(step_name(step), outcome), outcome.verdict);
}

void JobProgress::tick()
{
  refresh();
}

void JobProgress::refresh()
{
  if (stop_.requested()) {
    // A second Ctrl-C ends us at once: by then the cursor must be back.
    display_.show({});
    if (!is_stopping_) {
      display_.say("stopping: ending what runs, cleaning up …");
      is_stopping_ = true;
    }
    return;
  }
  const auto now = steady_clock::now();
  std::vector<LiveStep> steps;
  for (auto& running : running_) {
    running.live.elapsed = duration_cast<milliseconds>(now - running.since);
    running.live.phase_elapsed =
        duration_cast<milliseconds>(now - running.phase_since);
    steps.push_back(running.live);
  }
  display_.show(steps);
}

} // namespace oopsfarm
