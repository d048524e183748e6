// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "daemon/planner.h"
#include "model/json.h"
#include "sys/file.h"

#include <stdexcept>
#include <vector>

namespace oopsfarm::test {

/// A planner without git: a job of `runs` runs on one kernel that stands,
/// whatever its file says. A job named "broken" can't be planned, one named
/// "does-not-apply" ends before its first step, one named "bisects" asks which
/// of eight kernels that stand brought a crash.
class FakePlanner final : public Planner
{
public:
  /// Writes the kernel. `context` outlives it.
  explicit FakePlanner(EngineContext& context) : context_(context)
  {
    const auto folder = context.state.kernels() / "key";
    BuildOutcome kernel;
    kernel.verdict = Verdict::pass;
    kernel.key = "key";
    kernel.vmlinux = folder / "vmlinux";
    need(make_folder(folder));
    need(write_file(kernel.vmlinux, "ELF"));
    need(write_file(folder / "outcome.json", to_json(kernel)));
  }

  Result<PreparedJob> prepare(const StoredJob& job, Observer&) override
  {
    if (job.asked.name == "broken") {
      return user_error("no such tree");
    }
    PreparedJob prepared;
    prepared.report.base_commit = "c0ffee";
    if (job.asked.name == "bisects") {
      prepared.job.on_failure = OnFailure::bisect;
    }
    if (job.asked.name == "does-not-apply") {
      prepared.report.cells.resize(1);
      prepared.report.cells[0].verdict = Verdict::apply_failed;
      return prepared;
    }
    PlannedBuild build;
    build.label.is_build = true;
    build.spec.key = "key";
    build.spec.out = context_.state.kernels() / "key";
    prepared.plan.builds.push_back(build);
    for (std::size_t i = 0; i < runs; ++i) {
      PlannedRun run;
      run.label.id = 1 + i;
      run.label.attempt = static_cast<unsigned>(1 + i);
      run.seed = 1 + i;
      prepared.plan.runs.push_back(run);
    }
    return prepared;
  }

  Result<FinishedJob> finish(const StoredJob&,
                             const PreparedJob& prepared,
                             const JobWork& work) override
  {
    auto report = prepared.report;
    if (report.cells.empty()) {
      report.cells = work.cells();
    }
    bisected = report.bisections;
    return FinishedJob{exit_code(report), {"table", "{}"}};
  }

  const EngineContext& context() const override { return context_; }

  /// A line of eight kernels that all stand.
  Result<BisectionPlan> bisections(const StoredJob&,
                                   const PreparedJob& prepared,
                                   const JobWork&) override
  {
    KernelQuestion question;
    question.head.mode = "series";
    question.head.signatures = {"sig"};
    question.title = "kernel BUG in x";
    std::vector<Commit> commits;
    for (int i = 0; i <= 8; ++i) {
      const auto id = std::string(40, char('0' + i));
      commits.push_back({id, "patch " + std::to_string(i)});
      question.kernels.push_back({{"patch", id, "s", "patch"}, "0"});
    }
    question.range = line_of(std::move(commits), {});
    ProbeChannel channel;
    channel.name = "x86_64 mm-debug memcg";
    channel.build = prepared.plan.builds.front();
    channel.run = prepared.plan.runs.front();
    question.channels = {channel};
    complete_head(context_.state.tree("linux"), question);
    BisectionPlan plan;
    plan.questions.push_back(std::move(question));
    plan.notes = {"noted"};
    return plan;
  }

  std::size_t runs = 3;
  std::vector<BisectedCrash> bisected; ///< of the last report

private:
  static void need(const Status& done)
  {
    if (!done) {
      throw std::runtime_error(done.error().message);
    }
  }

  EngineContext& context_;
};

} // namespace oopsfarm::test
