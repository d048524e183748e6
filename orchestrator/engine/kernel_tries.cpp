// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/kernel_tries.h"

#include "base/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace oopsfarm {

using std::chrono::milliseconds;

static Outcome outcome_of(Verdict verdict)
{
  switch (verdict) {
  case Verdict::pass:
    return Outcome::pass;
  case Verdict::crash:
  case Verdict::hang:
  case Verdict::oracle_failed:
    return Outcome::crash;
  case Verdict::boot_failed:
    return Outcome::boot_failed;
  case Verdict::build_failed:
  case Verdict::apply_failed:
    return Outcome::unbuildable;
  default: // a skip says nothing of the kernel
    return Outcome::infra;
  }
}

Record record_of(const RunOutcome& outcome)
{
  Record record;
  record.outcome = outcome_of(outcome.verdict);
  record.detail = outcome.title;
  record.run = outcome.wall;
  record.run_id = outcome.run_id;
  if (record.outcome != Outcome::crash) {
    return record;
  }
  if (outcome.findings.empty()) {
    record.signature = outcome.title; // it has no other name
    return record;
  }
  record.signature = outcome.findings.front().signature;
  record.detail = outcome.findings.front().title;
  for (std::size_t i = 1; i < outcome.findings.size(); ++i) {
    const auto& finding = outcome.findings[i];
    const Face face = {finding.signature, finding.title};
    const bool is_new =
        face.signature != record.signature &&
        std::find(record.also.begin(), record.also.end(), face) ==
            record.also.end();
    if (!finding.follow_on && is_new) {
      record.also.push_back(face);
    }
  }
  return record;
}

std::string channel_name(const StepLabel& label)
{
  return fmt::format("{} {} {}", label.target, label.kconfig, label.workload);
}

std::vector<ProbeChannel> channels_of(const Plan& plan,
                                      const std::string& kernel)
{
  std::vector<ProbeChannel> channels;
  for (const auto& run : plan.runs) {
    if (run.label.kernel != kernel || run.label.attempt != 1) {
      continue;
    }
    ProbeChannel channel;
    channel.name = channel_name(run.label);
    channel.build = plan.builds.at(run.build);
    if (run.selftests) {
      channel.selftests = plan.builds.at(*run.selftests);
    }
    channel.run = run;
    channels.push_back(std::move(channel));
  }
  return channels;
}

class KernelTries::Steps final : public Observer
{
public:
  explicit Steps(Observer& observer) : observer_(observer) {}

  void note(const std::string& text) override { observer_.note(text); }

  void planned(std::size_t, std::size_t) override {}

  void reused(const KernelBuild&) override {}

  void started(const StepLabel& step) override { observer_.started(step); }

  void progress(const StepLabel& step, const Progress& progress) override
  {
    observer_.progress(step, progress);
  }

  void built(const StepLabel& step, const BuildOutcome& outcome) override
  {
    observer_.built(step, outcome);
  }

  void ran(const StepLabel& step, const RunOutcome& outcome) override
  {
    observer_.ran(step, outcome);
  }

  void tick() override {}

private:
  Observer& observer_;
};

KernelTries::KernelTries(const EngineContext& context,
                         const std::vector<ProbedKernel>& kernels,
                         const std::vector<ProbeChannel>& channels,
                         std::map<Arch, Accelerator> accelerators,
                         Crew& crew,
                         Crew::Rank rank,
                         Observer& observer)
    : context_(context), kernels_(kernels), channels_(channels),
      accelerators_(std::move(accelerators)), crew_(crew),
      rank_(std::move(rank)), observer_(std::make_unique<Steps>(observer))
{
}

std::size_t KernelTries::slots() const
{
  return or_cpus(context_.config.parallel_guests);
}

double KernelTries::build_part(const Probe& probe) const
{
  const auto& channel = channels_.at(probe.channel);
  std::error_code ignored;
  return std::filesystem::exists(
             build_of(probe, channel.build).spec.out / "outcome.json", ignored)
             ? 0
             : 1;
}

/// The same build of the probe's kernel.
PlannedBuild KernelTries::build_of(const Probe& probe,
                                   const PlannedBuild& like) const
{
  const auto& kernel = kernels_.at(probe.node);
  auto build = like;
  auto& spec = build.spec;
  build.label.kernel = kernel.source.name;
  spec.commit = kernel.source.commit;
  spec.series = kernel.source.series;
  spec.base = kernel.base;
  const auto config = kernel.configs.find(spec.arch);
  if (config != kernel.configs.end() && spec.selftests.empty()) {
    spec.fragments = config->second.fragments;
    spec.fragments_hash = config->second.hash;
    spec.object_tree += "-bisect"; // the flavour's own stays quick
  }
  spec.key = kernel_key(spec);
  spec.out = context_.state.kernels() / spec.key;
  return build;
}

PlannedRun KernelTries::run_of(const Attempt& attempt) const
{
  const auto& source = kernels_.at(attempt.probe.node).source;
  auto run = channels_.at(attempt.probe.channel).run;
  run.label.kernel = source.name;
  run.label.attempt = static_cast<unsigned>(attempt.number);
  run.label.repeat = 1;
  run.build = 0;
  run.selftests.reset();
  // The job's own observations have the seeds from the job's on.
  constexpr std::uint64_t beyond = 1000;
  run.seed += beyond + attempt.number;
  run.origin.commit = source.commit;
  run.origin.subject = source.subject;
  run.origin.kernel = source.name;
  return run;
}

Plan KernelTries::plan_of(const Attempt& attempt) const
{
  const auto& channel = channels_.at(attempt.probe.channel);
  Plan plan;
  plan.builds.push_back(build_of(attempt.probe, channel.build));
  auto run = run_of(attempt);
  if (channel.selftests) {
    run.selftests = 1;
    plan.builds.push_back(build_of(attempt.probe, *channel.selftests));
  }
  plan.runs.push_back(std::move(run));
  // Displays know steps by their ids: those of tries are like no other's.
  constexpr std::size_t beyond = 1'000'000;
  auto id = beyond + 4 * attempt.number;
  const auto all = slots();
  const auto idle = all - std::min(all - 1, running_.size());
  for (auto& build : plan.builds) {
    build.label.id = id++;
    build.spec.jobs =
        std::min<unsigned>(build.spec.jobs, static_cast<unsigned>(idle));
  }
  plan.runs.front().label.id = id;
  return plan;
}

Status KernelTries::start(const Attempt& attempt)
{
  const auto& kernel = kernels_.at(attempt.probe.node);
  if (!kernel.why_not.empty()) {
    Trial trial;
    trial.attempt = attempt;
    trial.record.outcome = Outcome::unbuildable;
    trial.record.detail = kernel.why_not;
    ended_.push_back(std::move(trial));
    return Ok{};
  }
  auto running = std::make_unique<Running>();
  running->attempt = attempt;
  running->plan = plan_of(attempt);
  running->work = std::make_unique<JobWork>(
      running->plan, context_, accelerators_, running->ledger, *observer_);
  TRY(crew_.add(*running->work, rank_));
  running_.push_back(std::move(running));
  return Ok{};
}

Result<std::vector<Trial>> KernelTries::wait(milliseconds /*timeout*/)
{
  TRY(std::exchange(trouble_, Ok{}));
  return std::exchange(ended_, {});
}

void KernelTries::abort()
{
  for (const auto& running : std::exchange(running_, {})) {
    if (const auto removed = crew_.remove(*running->work); !removed) {
      log::warning(removed.error().message);
    }
  }
  ended_.clear();
}

void KernelTries::forget()
{
  running_.clear();
  ended_.clear();
}

bool KernelTries::left(const JobWork& work, const Status& end)
{
  const auto running =
      std::find_if(running_.begin(), running_.end(), [&](auto& one) {
        return one->work.get() == &work;
      });
  if (running == running_.end()) {
    return false;
  }
  if (end) {
    ended_.push_back(trial_of(**running));
  } else if (trouble_) {
    trouble_ = end;
  }
  running_.erase(running);
  return true;
}

Trial KernelTries::trial_of(const Running& running)
{
  const auto& work = *running.work;
  Trial trial;
  trial.attempt = running.attempt;
  const auto& builds = work.builds();
  const auto broken =
      std::find_if(builds.begin(), builds.end(), [](const KernelBuild& build) {
        return build.outcome.verdict != Verdict::pass;
      });
  if (broken != builds.end()) {
    trial.record.outcome = outcome_of(broken->outcome.verdict);
    trial.record.detail = broken->outcome.title;
  } else if (!work.observations().empty()) {
    trial.record = record_of(work.observations().back().outcome);
  } else {
    trial.record.outcome = Outcome::infra;
  }
  for (const auto& build : builds) {
    if (!build.reused) {
      trial.record.built = true;
      trial.record.build += build.outcome.time;
    }
  }
  return trial;
}

} // namespace oopsfarm
