// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/kernel_prober.h"

#include "base/log.h"

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

Record record_of(const RunOutcome& outcome, const std::string& signature)
{
  Record record;
  record.outcome = outcome_of(outcome.verdict);
  record.detail = outcome.title;
  record.run = outcome.wall;
  if (record.outcome != Outcome::crash) {
    return record;
  }
  const auto& findings = outcome.findings;
  const bool is_it =
      std::any_of(findings.begin(), findings.end(), [&](const Finding& one) {
        return one.signature == signature && !one.follow_on;
      });
  record.signature =
      is_it || findings.empty() ? signature : findings.front().signature;
  if (!is_it && findings.empty()) {
    record.signature = outcome.title; // it has no other name
  }
  return record;
}

namespace {

/// One attempt as a job of one build and one run.
struct Running
{
  Attempt attempt;
  Plan plan;
  NoLedger ledger;
  std::unique_ptr<JobWork> work;
};

class KernelProber final : public Prober
{
public:
  explicit KernelProber(KernelProberSetup setup)
      : setup_(std::move(setup)),
        crew_(setup_.context->state, *setup_.executor, *setup_.stop)
  {
  }

  std::size_t slots() const override { return setup_.slots; }

  double build_part(const Probe& probe) const override
  {
    std::error_code ignored;
    return std::filesystem::exists(build_of(probe).spec.out / "outcome.json",
                                   ignored)
               ? 0
               : 1;
  }

  Status start(const Attempt& attempt) override
  {
    auto running = std::make_unique<Running>();
    running->attempt = attempt;
    running->plan.builds.push_back(build_of(attempt.probe));
    running->plan.runs.push_back(run_of(attempt));
    running->work = std::make_unique<JobWork>(running->plan,
                                              *setup_.context,
                                              setup_.accelerators,
                                              running->ledger,
                                              *setup_.observer);
    TRY(crew_.add(*running->work, {}));
    running_.push_back(std::move(running));
    return Ok{};
  }

  Result<std::vector<Trial>> wait(milliseconds timeout) override
  {
    std::vector<Trial> trials;
    Status trouble = Ok{};
    crew_.turn(timeout, [&](JobWork& work, Status end) {
      if (end) {
        trials.push_back(trial_of(work));
      } else {
        trouble = std::move(end);
      }
      std::erase_if(running_, [&](auto& running) {
        return running->work.get() == &work;
      });
    });
    setup_.observer->tick();
    TRY(trouble);
    return trials;
  }

  void abort() override
  {
    if (const auto removed = crew_.remove_all(); !removed) {
      log::warning(removed.error().message);
    }
    running_.clear();
  }

private:
  PlannedBuild build_of(const Probe& probe) const
  {
    const auto& kernel = setup_.kernels.at(probe.node);
    auto build = setup_.builds.at(probe.channel);
    build.label.id = 0;
    build.label.kernel = kernel.source.name;
    build.spec.commit = kernel.source.commit;
    build.spec.series = kernel.source.series;
    build.spec.base = kernel.base;
    build.spec.key = kernel_key(build.spec);
    build.spec.out = setup_.context->state.kernels() / build.spec.key;
    return build;
  }

  PlannedRun run_of(const Attempt& attempt) const
  {
    const auto& source = setup_.kernels.at(attempt.probe.node).source;
    auto run = setup_.runs.at(attempt.probe.channel);
    run.label.id = 1;
    run.label.kernel = source.name;
    run.label.attempt = static_cast<unsigned>(attempt.number);
    run.label.repeat = 1;
    run.build = 0;
    // The job's own observations have the seeds from the job's on.
    constexpr std::uint64_t beyond = 1000;
    run.seed += beyond + attempt.number;
    run.origin.commit = source.commit;
    run.origin.subject = source.subject;
    run.origin.kernel = source.name;
    return run;
  }

  Trial trial_of(const JobWork& work) const
  {
    const auto running =
        std::find_if(running_.begin(), running_.end(), [&](auto& one) {
          return one->work.get() == &work;
        });
    Trial trial;
    trial.attempt = (*running)->attempt;
    const auto& builds = work.builds();
    if (!builds.empty() && builds.front().outcome.verdict != Verdict::pass) {
      trial.record.outcome = outcome_of(builds.front().outcome.verdict);
      trial.record.detail = builds.front().outcome.title;
    } else if (!work.observations().empty()) {
      trial.record =
          record_of(work.observations().back().outcome, setup_.signature);
    } else {
      trial.record.outcome = Outcome::infra;
    }
    if (!builds.empty() && !builds.front().reused) {
      trial.record.built = true;
      trial.record.build = builds.front().outcome.time;
    }
    return trial;
  }

  KernelProberSetup setup_;
  Crew crew_;
  std::vector<std::unique_ptr<Running>> running_;
};

} // namespace

std::unique_ptr<Prober> make_kernel_prober(KernelProberSetup setup)
{
  return std::make_unique<KernelProber>(std::move(setup));
}

} // namespace oopsfarm
