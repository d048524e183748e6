// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/job_work.h"

#include "base/id.h"
#include "base/log.h"
#include "base/strings.h"
#include "engine/payloads.h"
#include "model/json.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

/// A run that the farm itself lost is tried so often again before its cell is
/// left without that observation.
static constexpr unsigned infra_retries = 2;

JobWork::JobWork(const Plan& plan,
                 const EngineContext& context,
                 std::map<Arch, Accelerator> accelerators,
                 Ledger& ledger,
                 Observer& observer)
    : plan_(plan), context_(context), accelerators_(std::move(accelerators)),
      ledger_(ledger), observer_(observer), kernels_(plan.builds.size())
{
  for (std::size_t i = 0; i < plan.builds.size(); ++i) {
    waiting_builds_.insert(i);
  }
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    waiting_runs_.push_back(i);
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

/// Takes a build's kernel, if an earlier one or another job made it.
bool JobWork::reuse(std::size_t index)
{
  const auto& planned = plan_.builds[index];
  auto outcome = cached_kernel(planned.spec);
  if (!outcome) {
    return false;
  }
  // In use now: what gc goes by.
  std::error_code ignored;
  std::filesystem::last_write_time(
      planned.spec.out / "outcome.json",
      std::filesystem::file_time_type::clock::now(),
      ignored);
  KernelBuild build;
  build.kernel = planned.label.kernel;
  build.arch = planned.spec.arch;
  build.kconfig = planned.label.kconfig;
  build.reused = true;
  build.outcome = *outcome;
  kernels_[index] = std::move(outcome);
  waiting_builds_.erase(index);
  observer_.reused(build);
  builds_.push_back(std::move(build));
  return true;
}

void JobWork::reuse_kernels()
{
  for (std::size_t i = 0; i < plan_.builds.size(); ++i) {
    reuse(i);
  }
}

Result<std::vector<std::size_t>> JobWork::resume()
{
  reuse_kernels();
  observer_.planned(waiting_builds_.size(), plan_.runs.size());
  std::vector<std::size_t> open;
  TRY_ASSIGN(auto entries, ledger_.entries());
  for (auto& entry : entries) {
    if (entry.place >= plan_.runs.size()) {
      return internal_error(fmt::format(
          "the ledger has a run at place {} of a plan of {}: the job was "
          "planned otherwise when it began",
          entry.place,
          plan_.runs.size()));
    }
    std::erase(waiting_runs_, entry.place);
    if (entry.outcome) {
      record_run(entry.place, *std::move(entry.outcome));
      continue;
    }
    const auto step = plan_.runs[entry.place].label.id;
    Running running;
    running.run = entry.place;
    running.out = context_.state.runs() / entry.run_id;
    running_[step] = std::move(running);
    open.push_back(step);
  }
  return open;
}

StepRequest JobWork::request_of(std::size_t step) const
{
  const auto& running = running_.at(step);
  const auto slots =
      running.build ? plan_.builds[*running.build].spec.jobs : 1U;
  return {0, running.out / "spec.json", running.out / "step.log", slots};
}

std::size_t JobWork::build_of(std::size_t step) const
{
  return *std::find_if(
      waiting_builds_.begin(), waiting_builds_.end(), [&](std::size_t build) {
        return plan_.builds[build].label.id == step;
      });
}

StepRequest JobWork::request_of_build(std::size_t step) const
{
  const auto& spec = plan_.builds[build_of(step)].spec;
  return {0, spec.out / "spec.json", spec.out / "step.log", spec.jobs};
}

void JobWork::adopted_build(std::size_t step)
{
  const auto index = build_of(step);
  waiting_builds_.erase(index);
  Running running;
  running.build = index;
  running.out = plan_.builds[index].spec.out;
  observer_.started(plan_.builds[index].label);
  running_[step] = std::move(running);
}

std::filesystem::path JobWork::adopted(std::size_t step)
{
  auto& running = running_.at(step);
  if (const auto text = read_file(running.out / "spec.json")) {
    if (const auto spec = parse_step_spec(*text)) {
      if (const auto* run = std::get_if<RunSpec>(&*spec)) {
        running.root = run->libvirt_root;
      }
    }
  }
  observer_.started(label_of(running));
  return running.root;
}

Status JobWork::gone(std::size_t step)
{
  const auto running = running_.at(step);
  running_.erase(step);
  const auto text = read_file(running.out / "outcome.json");
  if (text && parse_run_outcome(*text)) {
    return finish_run(running, {});
  }
  TRY(ledger_.lost(running.out.filename().string()));
  TRY(remove_tree(running.out));
  waiting_runs_.insert(waiting_runs_.begin(), *running.run);
  return Ok{};
}

bool JobWork::has_builds(const PlannedRun& run) const
{
  return kernels_[run.build].has_value() &&
         (!run.selftests || kernels_[*run.selftests].has_value());
}

std::optional<std::size_t> JobWork::next_build()
{
  while (!waiting_builds_.empty()) {
    const auto index = *waiting_builds_.begin();
    if (!reuse(index)) {
      return index;
    }
  }
  return std::nullopt;
}

/// A build wants every slot: while one waits, no run is let in before it.
std::optional<ReadyStep> JobWork::next()
{
  if (const auto build = next_build()) {
    const auto& planned = plan_.builds[*build];
    return ReadyStep{planned.label.id,
                     planned.spec.jobs,
                     planned.spec.out,
                     planned.spec.object_tree};
  }
  const auto ready = std::find_if(
      waiting_runs_.begin(), waiting_runs_.end(), [&](std::size_t run) {
        return has_builds(plan_.runs[run]);
      });
  if (ready == waiting_runs_.end()) {
    return std::nullopt;
  }
  return ReadyStep{plan_.runs[*ready].label.id, 1, {}, {}};
}

Result<StepRequest> JobWork::start(std::size_t step,
                                   const std::filesystem::path& libvirt_root)
{
  for (const auto build : waiting_builds_) {
    if (plan_.builds[build].label.id == step) {
      waiting_builds_.erase(build);
      return start_build(build);
    }
  }
  for (const auto run : waiting_runs_) {
    if (plan_.runs[run].label.id == step) {
      std::erase(waiting_runs_, run);
      return start_run(run, libvirt_root);
    }
  }
  return internal_error("a step that does not wait can't start");
}

Result<StepRequest> JobWork::write_spec(Running running,
                                        const std::string& spec,
                                        const StepLabel& label,
                                        unsigned slots)
{
  TRY(make_folder(running.out));
  const auto file = running.out / "spec.json";
  const auto log = running.out / "step.log";
  running_[label.id] = std::move(running);
  TRY(write_file(file, spec + "\n"));
  observer_.started(label);
  return StepRequest{0, file, log, slots};
}

Result<StepRequest> JobWork::start_build(std::size_t index)
{
  const auto& planned = plan_.builds[index];
  TRY(remove_tree(planned.spec.out));
  Running running;
  running.build = index;
  running.out = planned.spec.out;
  return write_spec(std::move(running),
                    to_json(planned.spec),
                    planned.label,
                    planned.spec.jobs);
}

Result<PayloadImage> JobWork::image_of(const PlannedRun& run) const
{
  if (!run.selftests) {
    return run.image;
  }
  return selftest_image(
      context_, run.workload, run.target, kernels_[*run.selftests]->vmlinux);
}

Result<StepRequest> JobWork::start_run(std::size_t index,
                                       const std::filesystem::path& root)
{
  const auto& planned = plan_.runs[index];
  const auto& kernel = *kernels_[planned.build];
  TRY_ASSIGN(const auto image, image_of(planned));
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
  spec.libvirt_root = root;
  spec.out = context_.state.runs() / spec.run_id;
  spec.console_cap = context_.config.console_cap;
  spec.boot_timeout = context_.config.boot_timeout;
  spec.silence_timeout = context_.config.silence_timeout;
  spec.dump_cap = planned.dump_cap;
  spec.race = planned.race;
  Running running;
  running.run = index;
  running.root = root;
  running.out = spec.out;
  TRY(ledger_.began(index, spec.run_id));
  return write_spec(std::move(running), to_json(spec), planned.label, 1);
}

const StepLabel& JobWork::label_of(const Running& running) const
{
  return running.build ? plan_.builds[*running.build].label
                       : plan_.runs[*running.run].label;
}

void JobWork::progressed(std::size_t step, const Progress& progress)
{
  observer_.progress(label_of(running_.at(step)), progress);
}

Status JobWork::ended(std::size_t step, const ExitStatus& status)
{
  const auto running = running_.at(step);
  running_.erase(step);
  if (running.build) {
    finish_build(running, status);
    return Ok{};
  }
  return finish_run(running, status);
}

std::set<std::size_t> JobWork::running() const
{
  std::set<std::size_t> steps;
  for (const auto& [step, running] : running_) {
    steps.insert(step);
  }
  return steps;
}

bool JobWork::is_done()
{
  return running_.empty() && !next();
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

void JobWork::finish_build(const Running& running, const ExitStatus& status)
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

void JobWork::record_build(std::size_t index, BuildOutcome outcome)
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
void JobWork::reap(const Running& running) const
{
  if (!context_.reap_root || running.root.empty()) {
    return;
  }
  const auto reaped = context_.reap_root(running.root);
  if (!reaped) {
    log::warning(reaped.error().message);
  }
}

/// So that what it left can be looked at: a folder without an outcome would be
/// removed. It may have been killed while it wrote its own.
static void keep_lost(const std::filesystem::path& out,
                      const RunOutcome& outcome)
{
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(out, ignored)) {
    if (entry.path().filename().string().starts_with("outcome.json.")) {
      std::filesystem::remove(entry.path(), ignored);
    }
  }
  const auto kept = write_file(out / "outcome.json", to_json(outcome) + "\n");
  if (!kept) {
    log::warning(kept.error().message);
  }
}

Status JobWork::finish_run(const Running& running, const ExitStatus& status)
{
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
    keep_lost(running.out, outcome);
  }
  TRY(ledger_.ended(outcome));
  record_run(*running.run, std::move(outcome));
  return Ok{};
}

void JobWork::record_run(std::size_t index, RunOutcome outcome)
{
  const auto& label = plan_.runs[index].label;
  observer_.ran(label, outcome);
  const bool lost = outcome.verdict == Verdict::infra;
  observations_.push_back({label, std::move(outcome)});
  if (lost && ++lost_[index] <= infra_retries) {
    waiting_runs_.insert(waiting_runs_.begin(), index);
  }
}

Status JobWork::drop()
{
  for (const auto& [id, running] : running_) {
    if (running.run) {
      TRY(ledger_.lost(running.out.filename().string()));
    }
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

std::vector<Cell> JobWork::cells() const
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
