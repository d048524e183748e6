// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/dispatch.h"
#include "support/fake_executor.h"

#include <doctest/doctest.h>

#include <csignal>

using namespace oopsfarm;
using test::FakeExecutor;
namespace fs = std::filesystem;

namespace {

/// Counts what the engine tells.
class Recorder final : public Observer
{
public:
  void note(const std::string&) override {}

  void planned(std::size_t build_count, std::size_t run_count) override
  {
    builds = build_count;
    runs = run_count;
  }

  void reused(const KernelBuild&) override { ++reuses; }

  void started(const StepLabel&) override {}

  void progress(const StepLabel&, const Progress&) override {}

  void built(const StepLabel&, const BuildOutcome&) override {}

  void ran(const StepLabel&, const RunOutcome&) override { ++ran_steps; }

  void tick() override {}

  std::size_t builds = 0;
  std::size_t runs = 0;
  std::size_t reuses = 0;
  std::size_t ran_steps = 0;
};

/// A job on two architectures with everything looked up, in a folder of its
/// own.
class Farm
{
public:
  Farm()
      : folder(*TempFolder::make(fs::temp_directory_path(), "oopsfarm-unit-"))
  {
    context.state.root = folder.path() / "state";
    context.share.root = folder.path() / "share";
    add_target("x86_64", Arch::x86_64);
    add_target("ppc64le-radix", Arch::ppc64le);
    add_target("ppc64le-hash", Arch::ppc64le);
    job.name = "j";
    job.tree = "linux";
    job.kconfigs = {"mm-debug"};
    job.workloads = {{"memcg", {{"duration", "5"}}}};
  }

  Plan plan(std::vector<KernelSource> kernels)
  {
    PlanInput input;
    input.job = &job;
    input.context = &context;
    input.kernels = std::move(kernels);
    for (const auto arch : all_archs()) {
      input.flavours[{"mm-debug", arch}] = {{"/f"}, "hash"};
      input.toolchains[arch] = "gcc";
    }
    input.build_jobs = 2;
    return plan_job(input);
  }

  TempFolder folder;
  EngineContext context;
  Job job;
  Recorder recorder;
  Stop stop;

private:
  void add_target(const std::string& name, Arch arch)
  {
    Target target;
    target.name = name;
    target.arch = arch;
    context.targets[name] = target;
    job.targets.push_back(name);
  }
};

} // namespace

static const std::vector<KernelSource> base_and_series = {{"base", "c0"},
                                                          {"series", "c3"}};

/// A build that works, with a kernel on disk.
static std::string built(const BuildSpec& spec)
{
  BuildOutcome outcome;
  outcome.verdict = Verdict::pass;
  outcome.key = spec.key;
  outcome.vmlinux = spec.out / "vmlinux";
  static_cast<void>(write_file(outcome.vmlinux, "ELF"));
  return to_json(outcome);
}

static std::string ran(const RunSpec& spec, Verdict verdict)
{
  RunOutcome outcome;
  outcome.verdict = verdict;
  outcome.run_id = spec.run_id;
  outcome.title = verdict == Verdict::pass ? "" : "it";
  return to_json(outcome);
}

static std::string all_well(const StepSpec& spec)
{
  const auto* build = std::get_if<BuildSpec>(&spec);
  return build != nullptr ? built(*build)
                          : ran(std::get<RunSpec>(spec), Verdict::pass);
}

TEST_CASE("engine::kernels_of")
{
  Farm farm;
  ApplyResult applied;
  applied.base = "c0";
  const std::string tip(40, 'c');
  SUBCASE("has the base alone without a series")
  {
    const auto kernels = kernels_of(farm.job, applied);
    REQUIRE(kernels.size() == 1);
    CHECK(kernels[0].commit == "c0");
    CHECK(kernels[0].series.empty());
  }
  SUBCASE("keeps a series' builds away from what the base's write")
  {
    applied.patches.resize(2);
    applied.patches[0].commit = std::string(40, 'b');
    applied.patches[1].commit = tip;
    for (const auto test : {TestMode::tip, TestMode::each_patch}) {
      farm.job.test = test;
      const auto kernels = kernels_of(farm.job, applied);
      REQUIRE(kernels.size() == (test == TestMode::tip ? 2 : 3));
      CHECK(kernels[0].series.empty());
      const auto plan = farm.plan(kernels);
      for (const auto& build : plan.builds) {
        CAPTURE(build.label.kernel);
        CHECK(build.spec.series ==
              (build.label.kernel == "base" ? "" : tip.substr(0, 16)));
      }
    }
  }
}

TEST_CASE("engine::plan_job")
{
  Farm farm;
  farm.job.repeat = 3;
  farm.job.seed = 10;
  const auto plan = farm.plan(base_and_series);
  SUBCASE("builds one kernel for both MMUs of ppc64le")
  {
    CHECK(plan.builds.size() == 4);
  }
  SUBCASE("builds the kernels of one object tree in a row, base first")
  {
    CHECK(plan.builds[0].spec.object_tree == plan.builds[1].spec.object_tree);
    CHECK(plan.builds[0].label.kernel == "base");
    CHECK(plan.builds[1].label.kernel == "series");
    CHECK(plan.builds[2].spec.object_tree != plan.builds[1].spec.object_tree);
  }
  SUBCASE("gives each repetition a seed of its own")
  {
    REQUIRE(plan.runs.size() == 18);
    CHECK(plan.runs[0].seed == 10);
    CHECK(plan.runs[2].seed == 12);
    CHECK(plan.runs[2].label.attempt == 3);
  }
  SUBCASE("asks for memory dumps when the job does")
  {
    CHECK(plan.runs[0].dump_cap == 0);
    farm.job.memory_dump = true;
    farm.context.config.dump_cap = 5U << 20;
    CHECK(farm.plan(base_and_series).runs[17].dump_cap == 5U << 20);
  }
  SUBCASE("gives guests the job's kernel parameters after the target's")
  {
    farm.job.cmdline = {"page_poison=1"};
    const auto more = farm.plan(base_and_series);
    auto wanted = plan.runs[17].target.cmdline;
    wanted.emplace_back("page_poison=1");
    CHECK(more.runs[17].target.cmdline == wanted);
  }
  SUBCASE("gives guests the virtual CPUs of race help, where it has some")
  {
    const auto usual = plan.runs[0].target.vcpus;
    farm.job.race.pauses = true;
    auto helped = farm.plan(base_and_series);
    CHECK(helped.runs[17].race.pauses);
    CHECK(helped.runs[17].target.vcpus == usual);
    farm.job.race.vcpus = 8;
    helped = farm.plan(base_and_series);
    CHECK(helped.runs[17].target.vcpus == 8);
  }
  SUBCASE("gives every step an id of its own")
  {
    CHECK(plan.builds[3].label.id == 3);
    CHECK(plan.runs[0].label.id == 4);
    CHECK(plan.runs[17].label.id == 21);
  }
}

TEST_CASE("engine::Dispatcher works a plan to its end")
{
  Farm farm;
  const auto plan = farm.plan(base_and_series);
  FakeExecutor executor(2, all_well);
  Dispatcher dispatcher(
      plan, farm.context, {}, executor, farm.recorder, farm.stop);
  REQUIRE(dispatcher.work().has_value());
  const auto cells = dispatcher.cells();
  REQUIRE(cells.size() == 6);
  CHECK(cells[0].verdict == Verdict::pass);
  CHECK(cells[0].observations == 1);
  CHECK(cells[0].run_ids.size() == 1);
  CHECK(farm.recorder.builds == 4);
  CHECK(executor.most_at_once == 2);

  SUBCASE("and builds nothing the second time")
  {
    FakeExecutor again(2, all_well);
    Dispatcher second(plan, farm.context, {}, again, farm.recorder, farm.stop);
    REQUIRE(second.work().has_value());
    CHECK(again.started.size() == 6);
    CHECK(farm.recorder.reuses == 4);
    CHECK(second.builds().front().reused);
  }
  SUBCASE("and builds again what its outcome no longer matches")
  {
    fs::remove(plan.builds[0].spec.out / "vmlinux");
    FakeExecutor again(2, all_well);
    Dispatcher second(plan, farm.context, {}, again, farm.recorder, farm.stop);
    REQUIRE(second.work().has_value());
    CHECK(again.started.size() == 7);
  }
}

TEST_CASE("engine::Dispatcher reports a kernel that does not build")
{
  Farm farm;
  const auto plan = farm.plan(base_and_series);
  const auto fails_on_ppc = [](const StepSpec& spec) {
    const auto* build = std::get_if<BuildSpec>(&spec);
    if (build == nullptr || build->arch != Arch::ppc64le ||
        build->commit != "c3") {
      return all_well(spec);
    }
    BuildOutcome outcome;
    outcome.verdict = Verdict::build_failed;
    outcome.title = "mm/mmap.c:1:1: error: x";
    return to_json(outcome);
  };
  FakeExecutor executor(2, fails_on_ppc);
  Dispatcher dispatcher(
      plan, farm.context, {}, executor, farm.recorder, farm.stop);
  REQUIRE(dispatcher.work().has_value());
  const auto cells = dispatcher.cells();
  REQUIRE(cells.size() == 6);
  CHECK(cells[1].verdict == Verdict::pass);         // x86_64, series
  CHECK(cells[3].verdict == Verdict::build_failed); // radix, series
  CHECK(cells[3].title == "mm/mmap.c:1:1: error: x");
  CHECK(cells[3].observations == 0);
  CHECK(cells[5].verdict == Verdict::build_failed); // hash, series
  JobReport report;
  report.cells = cells;
  CHECK(exit_code(report) == 1);
}

TEST_CASE("engine::Dispatcher tries a run again that the farm itself lost")
{
  Farm farm;
  farm.job.targets = {"x86_64"};
  const auto plan = farm.plan({{"base", "c0"}});
  int lost = 0;
  int reaped = 0;
  farm.context.reap_root = [&](const fs::path& root) -> Status {
    CHECK(root == farm.context.state.libvirt_roots() / "0");
    ++reaped;
    return Ok{};
  };
  SUBCASE("and counts only what is evidence, and ends the guest it left")
  {
    FakeExecutor executor(1, [&](const StepSpec& spec) {
      return std::holds_alternative<RunSpec>(spec) && lost++ < 2
                 ? std::string()
                 : all_well(spec);
    });
    Dispatcher dispatcher(
        plan, farm.context, {}, executor, farm.recorder, farm.stop);
    REQUIRE(dispatcher.work().has_value());
    const auto cells = dispatcher.cells();
    REQUIRE(cells.size() == 1);
    CHECK(cells[0].verdict == Verdict::pass);
    CHECK(cells[0].observations == 1);
    CHECK(cells[0].infra_failures == 2);
    CHECK(reaped == 2);
    CHECK(cells[0].run_ids.size() == 3);
  }
  SUBCASE("but not for ever")
  {
    FakeExecutor executor(1, [&](const StepSpec& spec) {
      return std::holds_alternative<RunSpec>(spec) ? std::string()
                                                   : all_well(spec);
    });
    Dispatcher dispatcher(
        plan, farm.context, {}, executor, farm.recorder, farm.stop);
    REQUIRE(dispatcher.work().has_value());
    const auto cells = dispatcher.cells();
    REQUIRE(cells.size() == 1);
    CHECK(cells[0].verdict == Verdict::infra);
    CHECK(cells[0].observations == 0);
    CHECK(cells[0].infra_failures == 3);
    CHECK(cells[0].title.find("left no outcome") != std::string::npos);
  }
  SUBCASE("and says so of an outcome that is of another version")
  {
    FakeExecutor executor(1, [&](const StepSpec& spec) {
      return std::holds_alternative<RunSpec>(spec) ? std::string("{}")
                                                   : all_well(spec);
    });
    Dispatcher dispatcher(
        plan, farm.context, {}, executor, farm.recorder, farm.stop);
    REQUIRE(dispatcher.work().has_value());
    CHECK(dispatcher.cells()[0].title.find("another version") !=
          std::string::npos);
  }
}

TEST_CASE("engine::Dispatcher never retries a failure of the kernel")
{
  Farm farm;
  farm.job.targets = {"x86_64"};
  farm.job.repeat = 4;
  const auto plan = farm.plan({{"base", "c0"}});
  unsigned run = 0;
  FakeExecutor executor(1, [&](const StepSpec& spec) {
    if (std::holds_alternative<BuildSpec>(spec)) {
      return all_well(spec);
    }
    return ran(std::get<RunSpec>(spec),
               ++run == 2 ? Verdict::crash : Verdict::pass);
  });
  Dispatcher dispatcher(
      plan, farm.context, {}, executor, farm.recorder, farm.stop);
  REQUIRE(dispatcher.work().has_value());
  const auto cells = dispatcher.cells();
  REQUIRE(cells.size() == 1);
  CHECK(cells[0].verdict == Verdict::crash);
  CHECK(cells[0].observations == 4);
  CHECK(cells[0].failures == 1);
  CHECK(run == 4);
}

TEST_CASE("engine::Dispatcher leaves nothing behind when it is stopped")
{
  Farm farm;
  const auto plan = farm.plan(base_and_series);
  FakeExecutor executor(2, [&](const StepSpec& spec) {
    if (std::holds_alternative<RunSpec>(spec)) {
      farm.stop.request(SIGINT);
      return std::string();
    }
    return all_well(spec);
  });
  Dispatcher dispatcher(
      plan, farm.context, {}, executor, farm.recorder, farm.stop);
  const auto stopped = dispatcher.work();
  REQUIRE_FALSE(stopped.has_value());
  CHECK(stopped.error().message == "stopped");
  CHECK(executor.aborted >= 1);
  CHECK(fs::is_empty(farm.context.state.runs()));
  CHECK_FALSE(fs::is_empty(farm.context.state.kernels())); // those were whole
}
