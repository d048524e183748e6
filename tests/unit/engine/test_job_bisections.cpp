// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/job_bisections.h"
#include "engine/series_questions.h"
#include "support/fake_executor.h"
#include "sys/file.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using test::FakeExecutor;
namespace fs = std::filesystem;

namespace {

class Silent final : public Observer
{
public:
  void note(const std::string&) override {}

  void planned(std::size_t, std::size_t) override {}

  void reused(const KernelBuild&) override {}

  void started(const StepLabel&) override {}

  void progress(const StepLabel&, const Progress&) override {}

  void built(const StepLabel&, const BuildOutcome&) override {}

  void ran(const StepLabel&, const RunOutcome&) override {}

  void tick() override {}
};

/// A series of five patches on one target; what a kernel does is up to the
/// test, by its commit.
class Bench
{
public:
  Bench()
      : folder(*TempFolder::make(fs::temp_directory_path(), "oopsfarm-unit-"))
  {
    context.state.root = folder.path();
    context.share.root = folder.path() / "share";
    context.config.parallel_guests = 2;
    Target target;
    target.name = "x86_64";
    target.arch = Arch::x86_64;
    context.targets["x86_64"] = target;
    prepared.job.name = "j";
    prepared.job.targets = {"x86_64"};
    prepared.job.kconfigs = {"mm-debug"};
    prepared.job.workloads = {{"memcg", {{"duration", "5"}}}};
    prepared.job.tree = "linux";
    prepared.report.base = "v1";
    prepared.report.base_commit = std::string(40, '0');
    for (unsigned i = 1; i <= 5; ++i) {
      prepared.report.patches.push_back(
          {i, "mm: " + std::to_string(i), std::string(40, char('0' + i))});
    }
    plan();
  }

  /// Works the job and bisects what it showed.
  JobReport run(const std::function<RunOutcome(char commit, unsigned)>& guest)
  {
    FakeExecutor executor(2, [&](const StepSpec& spec) {
      if (const auto* build = std::get_if<BuildSpec>(&spec)) {
        ++builds;
        return built(*build);
      }
      const auto& run = std::get<RunSpec>(spec);
      auto outcome = guest(run.origin.commit.front(), ++runs);
      outcome.run_id = run.run_id;
      outcome.seed = run.seed;
      seeds.insert(run.seed);
      return to_json(outcome);
    });
    NoLedger ledger;
    JobWork work(prepared.plan, context, {}, ledger, observer);
    REQUIRE(work_alone(work, context.state, executor, stop));
    auto report = prepared.report;
    report.cells = work.cells();
    REQUIRE(bisect_alone(series_questions(prepared, work, context, report),
                         context,
                         executor,
                         observer,
                         stop,
                         report));
    return report;
  }

  std::set<char> unbuildable;
  TempFolder folder;
  EngineContext context;
  PreparedJob prepared;
  Silent observer;
  Stop stop;
  unsigned builds = 0;
  unsigned runs = 0;
  std::set<std::uint64_t> seeds;

private:
  void plan()
  {
    const auto& patches = prepared.report.patches;
    PlanInput input;
    input.job = &prepared.job;
    input.context = &context;
    input.kernels = {{"base", prepared.report.base_commit},
                     {"series",
                      patches.back().commit,
                      patches.back().commit.substr(0, 16),
                      patches.back().subject}};
    input.flavours[{"mm-debug", Arch::x86_64}] = {{"/f"}, "hash"};
    input.toolchains[Arch::x86_64] = "gcc";
    prepared.plan = plan_job(input);
  }

  std::string built(const BuildSpec& spec) const
  {
    BuildOutcome outcome;
    outcome.key = spec.key;
    if (unbuildable.contains(spec.commit.front())) {
      outcome.verdict = Verdict::build_failed;
      outcome.title = "mm/x.c:1: error";
      return to_json(outcome);
    }
    outcome.verdict = Verdict::pass;
    outcome.vmlinux = spec.out / "vmlinux";
    REQUIRE(write_file(outcome.vmlinux, "ELF"));
    return to_json(outcome);
  }
};

} // namespace

static RunOutcome passes()
{
  RunOutcome outcome;
  outcome.verdict = Verdict::pass;
  outcome.wall = std::chrono::seconds(10);
  return outcome;
}

static RunOutcome crashes(const std::string& signature)
{
  RunOutcome outcome;
  outcome.verdict = Verdict::crash;
  outcome.title = "kernel BUG in " + signature;
  outcome.wall = std::chrono::seconds(5);
  Finding finding;
  finding.title = outcome.title;
  finding.signature = signature;
  outcome.findings.push_back(finding);
  return outcome;
}

TEST_CASE("engine::JobBisections finds the patch that always crashes")
{
  Bench bench;
  const auto report = bench.run([](char commit, unsigned) {
    return commit >= '3' ? crashes("exit_mmap") : passes();
  });
  REQUIRE(report.bisections.size() == 1);
  const auto& crash = report.bisections[0];
  CHECK(crash.conclusion == "culprit");
  REQUIRE(crash.culprits.size() == 1);
  CHECK(crash.culprits[0].number == 3);
  CHECK(crash.probability >= 0.95);
  CHECK(crash.title == "kernel BUG in exit_mmap");
  CHECK(crash.runs <= bench.runs); // what the end cut short does not count
  CHECK(crash.runs + 1 >= bench.runs);
  REQUIRE(crash.rates.size() == 1);
  CHECK(crash.rates[0].channel == "x86_64 mm-debug memcg");
  CHECK(crash.rates[0].passes_with == 0);
  CHECK(crash.rates[0].crashes_without == 0);
  CHECK(bench.seeds.size() >= bench.runs - 1); // base and series share one
  CHECK(bench.builds <= 6);
}

TEST_CASE("engine::JobBisections finds a patch that crashes now and then")
{
  Bench bench;
  const auto report = bench.run([](char commit, unsigned run) {
    // The job's own run of the tip is the second one; two of three later.
    return commit >= '2' && (run <= 2 || run % 3 != 0) ? crashes("exit_mmap")
                                                       : passes();
  });
  REQUIRE(report.bisections.size() == 1);
  REQUIRE(report.bisections[0].culprits.size() == 1);
  CHECK(report.bisections[0].culprits[0].number == 2);
}

TEST_CASE("engine::JobBisections takes another crash for no evidence")
{
  Bench bench;
  const auto report = bench.run([](char commit, unsigned) {
    // Patch 2 brings one that hides, where it comes, what patch 4 brings.
    return commit >= '4'   ? crashes("exit_mmap")
           : commit >= '2' ? crashes("other")
                           : passes();
  });
  REQUIRE(report.bisections.size() == 1);
  const auto& crash = report.bisections[0];
  // 2 and 3 can't be told from 4: none of their runs says anything of it.
  CHECK(crash.conclusion != "not-here");
  CHECK(crash.candidates.size() >= 2);
}

TEST_CASE("engine::JobBisections goes around what does not build")
{
  Bench bench;
  bench.unbuildable = {'3'};
  const auto report = bench.run([](char commit, unsigned) {
    return commit >= '4' ? crashes("exit_mmap") : passes();
  });
  REQUIRE(report.bisections.size() == 1);
  std::set<unsigned> culprits;
  for (const auto& patch : report.bisections[0].culprits) {
    culprits.insert(patch.number);
  }
  CHECK(culprits == std::set<unsigned>{3, 4});
}

TEST_CASE("engine::JobBisections leaves alone what it can't blame")
{
  Bench bench;
  SUBCASE("a series that passes")
  {
    const auto report = bench.run([](char, unsigned) { return passes(); });
    CHECK(report.bisections.empty());
    CHECK(bench.runs == 2);
  }
  SUBCASE("a crash that the base has, too, once that was seen")
  {
    bench.prepared.report.notes.clear();
    const auto report =
        bench.run([](char, unsigned) { return crashes("old"); });
    REQUIRE(report.bisections.size() == 1);
    CHECK(report.bisections[0].conclusion == "base-has-it");
  }
}

TEST_CASE("engine::record_of")
{
  CHECK(record_of(passes()).outcome == Outcome::pass);
  CHECK(record_of(crashes("a")).signature == "a");
  auto both = crashes("b");
  both.findings.push_back(crashes("a").findings[0]);
  CHECK(record_of(both).signature == "b");
  CHECK(record_of(both).also == std::vector<Face>{{"a", "kernel BUG in a"}});
  both.findings[1].follow_on = true; // the first one may be its cause
  CHECK(record_of(both).also.empty());
  RunOutcome lost;
  CHECK(record_of(lost).outcome == Outcome::infra);
  lost.verdict = Verdict::skip;
  CHECK(record_of(lost).outcome == Outcome::infra);
}
