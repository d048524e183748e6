// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/dispatch.h"

#include "base/id.h"
#include "base/log.h"
#include "base/strings.h"
#include "engine/payloads.h"
#include "model/json.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace oopsfarm {

using std::chrono::milliseconds;

/// A run that the farm itself lost is tried so often again before its cell is
/// left without that observation.
constexpr unsigned infra_retries = 2;

/// How long steps may take to put their guests and builds away.
constexpr milliseconds abort_grace{10'000};

Dispatcher::Dispatcher(const Plan& plan,
                       const EngineContext& context,
                       std::map<Arch, Accelerator> accelerators,
                       Executor& executor,
                       Observer& observer,
                       const Stop& stop)
    : plan_(plan), context_(context), accelerators_(std::move(accelerators)),
      executor_(executor), observer_(observer), stop_(stop),
      kernels_(plan.builds.size())
{
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    waiting_runs_.push_back(i);
  }
}

Status Dispatcher::work()
{
  reuse_kernels();
  const auto reused = builds_.size();
  observer_.planned(plan_.builds.size() - reused, plan_.runs.size());
  while (true) {
    if (!stop_.requested()) {
      if (auto started = start_what_can(); !started) {
        TRY(abort());
        return started;
      }
    }
    if (stop_.requested()) {
      TRY(abort());
      return infra_error("stopped");
    }
    if (executor_.running() == 0) {
      return Ok{};
    }
    constexpr milliseconds frame{200};
    for (const auto& event : executor_.wait(frame)) {
      TRY(take(event));
    }
    observer_.tick();
  }
}

/// Whether what a build made is still there.
static bool is_whole(const BuildSpec& spec, const BuildOutcome& outcome)
{
  std::error_code ignored;
  return spec.selftests.empty()
             ? std::filesystem::is_regular_file(outcome.vmlinux, ignored)
             : std::filesystem::is_directory(outcome.vmlinux, ignored);
}

/// A kernel of an earlier build, if its folder is whole.
static std::optional<BuildOutcome> cached_kernel(const BuildSpec& spec)
{
  const auto text = read_file(spec.out / "outcome.json");
  if (!text) {
    return std::nullopt;
  }
  auto outcome = parse_build_outcome(*text);
  if (!outcome || outcome->verdict != Verdict::pass ||
      outcome->key != spec.key || !is_whole(spec, *outcome)) {
    return std::nullopt;
  }
  return *std::move(outcome);
}

void Dispatcher::reuse_kernels()
{
  for (std::size_t i = 0; i < plan_.builds.size(); ++i) {
    const auto& planned = plan_.builds[i];
    if (auto outcome = cached_kernel(planned.spec)) {
      KernelBuild build;
      build.kernel = planned.label.kernel;
      build.arch = planned.spec.arch;
      build.kconfig = planned.label.kconfig;
      build.reused = true;
      build.outcome = *outcome;
      kernels_[i] = std::move(outcome);
      observer_.reused(build);
      builds_.push_back(std::move(build));
    }
  }
}

bool Dispatcher::has_builds(const PlannedRun& run) const
{
  return kernels_[run.build].has_value() &&
         (!run.selftests || kernels_[*run.selftests].has_value());
}

Status Dispatcher::start_what_can()
{
  while (next_build_ < plan_.builds.size() &&
         kernels_[next_build_].has_value()) {
    ++next_build_;
  }
  // A build wants every slot: while one waits, no run is let in before it.
  const auto all = plan_.builds.empty() ? 1U : plan_.builds[0].spec.jobs;
  if (next_build_ < plan_.builds.size()) {
    return executor_.can_start(all) ? start_build(next_build_++) : Ok{};
  }
  while (executor_.can_start(1)) {
    const auto ready = std::find_if(
        waiting_runs_.begin(), waiting_runs_.end(), [&](std::size_t run) {
          return has_builds(plan_.runs[run]);
        });
    if (ready == waiting_runs_.end()) {
      return Ok{};
    }
    const auto index = *ready;
    waiting_runs_.erase(ready);
    TRY(start_run(index));
  }
  return Ok{};
}

Status Dispatcher::launch(Running running,
                          const std::string& spec,
                          StepLabel label,
                          unsigned slots)
{
  TRY(make_folder(running.out));
  const auto file = running.out / "spec.json";
  const auto id = label.id;
  const auto log = running.out / "step.log";
  running_[id] = std::move(running);
  TRY(write_file(file, spec + "\n"));
  TRY(executor_.start({id, file, log, slots}));
  observer_.started(label);
  return Ok{};
}

Status Dispatcher::start_build(std::size_t index)
{
  const auto& planned = plan_.builds[index];
  TRY(remove_tree(planned.spec.out));
  Running running;
  running.build = index;
  running.out = planned.spec.out;
  return launch(std::move(running),
                to_json(planned.spec),
                planned.label,
                planned.spec.jobs);
}

unsigned Dispatcher::free_root() const
{
  std::set<unsigned> used;
  for (const auto& [id, running] : running_) {
    if (running.run) {
      used.insert(running.root);
    }
  }
  unsigned root = 0;
  while (used.contains(root)) {
    ++root;
  }
  return root;
}

Result<PayloadImage> Dispatcher::image_of(const PlannedRun& run) const
{
  if (!run.selftests) {
    return run.image;
  }
  return selftest_image(
      context_, run.workload, run.target, kernels_[*run.selftests]->vmlinux);
}

Status Dispatcher::start_run(std::size_t index)
{
  const auto& planned = plan_.runs[index];
  const auto& kernel = *kernels_[planned.build];
  TRY_ASSIGN(const auto image, image_of(planned));
  Running running;
  running.run = index;
  running.root = free_root();
  RunSpec spec;
  spec.run_id = new_id();
  spec.origin = planned.origin;
  spec.kernel_key = kernel.key;
  spec.vmlinux = kernel.vmlinux;
  spec.initramfs = image.initramfs;
  spec.payload = image.hash;
  spec.target = planned.target;
  spec.workload = planned.workload;
  spec.seed = planned.seed;
  spec.attempt = planned.label.attempt;
  spec.accelerator = accelerators_[planned.target.arch];
  spec.libvirt_uri = context_.config.libvirt_uri;
  spec.libvirt_root = libvirt_root(running.root);
  spec.out = context_.state.runs() / spec.run_id;
  spec.console_cap = context_.config.console_cap;
  spec.boot_timeout = context_.config.boot_timeout;
  spec.silence_timeout = context_.config.silence_timeout;
  spec.dump_cap = planned.dump_cap;
  spec.race = planned.race;
  running.out = spec.out;
  return launch(std::move(running), to_json(spec), planned.label, 1);
}

const StepLabel& Dispatcher::label_of(const Running& running) const
{
  return running.build ? plan_.builds[*running.build].label
                       : plan_.runs[*running.run].label;
}

Status Dispatcher::take(const StepEvent& event)
{
  const auto found = running_.find(event.id);
  if (found == running_.end()) {
    return internal_error("news of a step that does not run");
  }
  if (event.progress) {
    observer_.progress(label_of(found->second), *event.progress);
  }
  if (event.ended && !stop_.requested()) {
    const auto running = found->second;
    running_.erase(found);
    if (running.build) {
      finish_build(running, *event.ended);
    } else {
      finish_run(running, *event.ended);
    }
  }
  return Ok{};
}

/// Why a step has no outcome that can be used, with the end of what it said.
static std::string words_of(const std::filesystem::path& out,
                            const ExitStatus& status,
                            const Error& error)
{
  std::error_code ignored;
  const bool is_there = std::filesystem::exists(out / "outcome.json", ignored);
  auto words =
      is_there ? fmt::format("oopsfarm-step's outcome can't be read, is it of "
                             "another version than oopsfarm? {}",
                             error.message)
               : fmt::format("oopsfarm-step ended with {} and left no outcome",
                             to_string(status));
  if (const auto log = read_file(out / "step.log", 8U << 20)) {
    constexpr std::size_t tail = 2000;
    words += "\n" + log->substr(log->size() - std::min(log->size(), tail));
  }
  return words;
}

void Dispatcher::finish_build(const Running& running, const ExitStatus& status)
{
  BuildOutcome outcome;
  const auto text = read_file(running.out / "outcome.json");
  auto parsed =
      text ? parse_build_outcome(*text) : Result<BuildOutcome>(text.error());
  if (parsed) {
    outcome = *std::move(parsed);
  } else {
    outcome.detail = words_of(running.out, status, parsed.error());
    outcome.title = split_lines(outcome.detail).front();
  }
  record_build(*running.build, std::move(outcome));
}

void Dispatcher::record_build(std::size_t index, BuildOutcome outcome)
{
  const auto& planned = plan_.builds[index];
  observer_.built(planned.label, outcome);
  KernelBuild build;
  build.kernel = planned.label.kernel;
  build.arch = planned.spec.arch;
  build.kconfig = planned.label.kconfig;
  build.outcome = outcome;
  builds_.push_back(std::move(build));
  if (outcome.verdict == Verdict::pass) {
    kernels_[index] = std::move(outcome);
    return;
  }
  std::erase_if(waiting_runs_,
                [&](std::size_t run) { return needs(plan_.runs[run], index); });
}

/// A step that was killed has left its guest behind, under a root that the
/// next one is to use.
void Dispatcher::reap(const Running& running) const
{
  if (!context_.reap_root) {
    return;
  }
  const auto reaped = context_.reap_root(libvirt_root(running.root));
  if (!reaped) {
    log::warning(reaped.error().message);
  }
}

std::filesystem::path Dispatcher::libvirt_root(unsigned number) const
{
  return context_.state.libvirt_roots() / std::to_string(number);
}

void Dispatcher::finish_run(const Running& running, const ExitStatus& status)
{
  const auto index = *running.run;
  const auto& label = plan_.runs[index].label;
  RunOutcome outcome;
  const auto text = read_file(running.out / "outcome.json");
  auto parsed =
      text ? parse_run_outcome(*text) : Result<RunOutcome>(text.error());
  if (parsed) {
    outcome = *std::move(parsed);
  } else {
    reap(running);
    outcome.run_id = running.out.filename().string();
    outcome.detail = words_of(running.out, status, parsed.error());
    outcome.title = split_lines(outcome.detail).front();
  }
  observer_.ran(label, outcome);
  const bool lost = outcome.verdict == Verdict::infra;
  observations_.push_back({label, std::move(outcome)});
  if (lost && ++lost_[index] <= infra_retries) {
    waiting_runs_.insert(waiting_runs_.begin(), index);
  }
}

Status Dispatcher::abort()
{
  executor_.abort(abort_grace);
  for (const auto& [id, running] : running_) {
    TRY(remove_tree(running.out));
  }
  running_.clear();
  return Ok{};
}

/// A cell that lacks both its kernel and its selftests is one cell.
static void add_new(std::vector<Cell>& cells, Cell cell)
{
  const bool known =
      std::any_of(cells.begin(), cells.end(), [&](const Cell& other) {
        return other.target == cell.target && other.kernel == cell.kernel &&
               other.kconfig == cell.kconfig && other.workload == cell.workload;
      });
  if (!known) {
    cells.push_back(std::move(cell));
  }
}

std::vector<Cell> Dispatcher::cells() const
{
  auto cells = cells_of(observations_);
  for (const auto& build : builds_) {
    if (build.outcome.verdict == Verdict::pass) {
      continue;
    }
    for (std::size_t i = 0; i < plan_.builds.size(); ++i) {
      const auto& planned = plan_.builds[i];
      if (planned.label.kernel == build.kernel &&
          planned.spec.arch == build.arch &&
          planned.label.kconfig == build.kconfig) {
        auto lost = cells_without_kernel(plan_, i, build.outcome);
        for (auto& cell : lost) {
          add_new(cells, std::move(cell));
        }
      }
    }
  }
  const auto place = [&](const Cell& cell) {
    return std::find_if(plan_.runs.begin(),
                        plan_.runs.end(),
                        [&](const PlannedRun& run) {
                          return run.label.target == cell.target &&
                                 run.label.kernel == cell.kernel &&
                                 run.label.kconfig == cell.kconfig &&
                                 run.label.workload == cell.workload;
                        }) -
           plan_.runs.begin();
  };
  std::stable_sort(
      cells.begin(), cells.end(), [&](const Cell& a, const Cell& b) {
        return place(a) < place(b);
      });
  return cells;
}

} // namespace oopsfarm
