// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/crew.h"
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

namespace {

/// A plan worked alone, as in the foreground.
class Dispatcher
{
public:
  Dispatcher(const Plan& plan, Farm& farm, FakeExecutor& executor)
      : farm_(farm), executor_(executor),
        work_(plan, farm.context, {}, ledger_, farm.recorder)
  {
  }

  Status work()
  {
    return work_alone(work_, farm_.context.state, executor_, farm_.stop);
  }

  std::vector<Cell> cells() const { return work_.cells(); }

  const std::vector<KernelBuild>& builds() const { return work_.builds(); }

private:
  Farm& farm_;
  FakeExecutor& executor_;
  NoLedger ledger_;
  JobWork work_;
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

TEST_CASE("engine::work_alone works a plan to its end")
{
  Farm farm;
  const auto plan = farm.plan(base_and_series);
  FakeExecutor executor(2, all_well);
  Dispatcher dispatcher(plan, farm, executor);
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
    Dispatcher second(plan, farm, again);
    REQUIRE(second.work().has_value());
    CHECK(again.started.size() == 6);
    CHECK(farm.recorder.reuses == 4);
    CHECK(second.builds().front().reused);
  }
  SUBCASE("and builds again what its outcome no longer matches")
  {
    fs::remove(plan.builds[0].spec.out / "vmlinux");
    FakeExecutor again(2, all_well);
    Dispatcher second(plan, farm, again);
    REQUIRE(second.work().has_value());
    CHECK(again.started.size() == 7);
  }
}

TEST_CASE("engine::work_alone reports a kernel that does not build")
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
  Dispatcher dispatcher(plan, farm, executor);
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

TEST_CASE("engine::work_alone tries a run again that the farm itself lost")
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
    Dispatcher dispatcher(plan, farm, executor);
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
    Dispatcher dispatcher(plan, farm, executor);
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
    Dispatcher dispatcher(plan, farm, executor);
    REQUIRE(dispatcher.work().has_value());
    CHECK(dispatcher.cells()[0].title.find("another version") !=
          std::string::npos);
  }
}

TEST_CASE("engine::work_alone never retries a failure of the kernel")
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
  Dispatcher dispatcher(plan, farm, executor);
  REQUIRE(dispatcher.work().has_value());
  const auto cells = dispatcher.cells();
  REQUIRE(cells.size() == 1);
  CHECK(cells[0].verdict == Verdict::crash);
  CHECK(cells[0].observations == 4);
  CHECK(cells[0].failures == 1);
  CHECK(run == 4);
}

TEST_CASE("engine::work_alone leaves nothing behind when it is stopped")
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
  Dispatcher dispatcher(plan, farm, executor);
  const auto stopped = dispatcher.work();
  REQUIRE_FALSE(stopped.has_value());
  CHECK(stopped.error().message == "stopped");
  CHECK(executor.aborted >= 1);
  CHECK(fs::is_empty(farm.context.state.runs()));
  CHECK_FALSE(fs::is_empty(farm.context.state.kernels())); // those were whole
}

namespace {

/// A ledger in memory, which outlives the work as the store's does.
class FakeLedger final : public Ledger
{
public:
  Result<std::vector<LedgerEntry>> entries() override { return rows; }

  Status began(std::size_t place, const std::string& run_id) override
  {
    if (is_full) {
      return infra_error("the disk is full");
    }
    rows.push_back({place, run_id, std::nullopt});
    return Ok{};
  }

  Status ended(const RunOutcome& outcome) override
  {
    for (auto& row : rows) {
      if (row.run_id == outcome.run_id) {
        CHECK_FALSE(row.outcome.has_value()); // once
        row.outcome = outcome;
      }
    }
    return Ok{};
  }

  Status lost(const std::string& run_id) override
  {
    std::erase_if(rows, [&](auto& row) { return row.run_id == run_id; });
    ++losses;
    return Ok{};
  }

  std::vector<LedgerEntry> rows;
  unsigned losses = 0;
  bool is_full = false;
};

/// A job in a crew with others.
class Member
{
public:
  Member(Farm& farm, const std::string& commit)
      : plan(farm.plan({{"base", commit}})),
        work(plan, farm.context, {}, ledger, farm.recorder)
  {
  }

  Plan plan;
  FakeLedger ledger;
  JobWork work;
};

} // namespace

/// Turns until every job has left; the jobs in the order in which they left.
static std::vector<JobWork*> work_out(Crew& crew)
{
  std::vector<JobWork*> order;
  while (crew.jobs() > 0) {
    crew.turn(std::chrono::milliseconds(1), [&](JobWork& job, Status end) {
      CHECK(end.has_value());
      order.push_back(&job);
    });
  }
  return order;
}

static std::string commit_of(const StepSpec& spec)
{
  const auto* build = std::get_if<BuildSpec>(&spec);
  return build != nullptr ? "build " + build->commit
                          : "run " + std::get<RunSpec>(spec).origin.commit;
}

TEST_CASE("engine::Crew lets the higher priority go first")
{
  Farm farm;
  farm.job.targets = {"x86_64"};
  Member nightly(farm, "c1");
  Member urgent(farm, "c2");
  FakeExecutor executor(2, all_well);
  Crew crew(farm.context.state, executor, farm.stop);
  REQUIRE(crew.add(nightly.work, {0, "cron"}));
  REQUIRE(crew.add(urgent.work, {10, "ann"}));
  CHECK(work_out(crew) == std::vector<JobWork*>{&urgent.work, &nightly.work});
  REQUIRE(executor.started.size() == 4);
  CHECK(commit_of(executor.started[0]) == "build c2");
  CHECK(nightly.work.cells().at(0).verdict == Verdict::pass);
}

TEST_CASE("engine::Crew is fair between owners")
{
  Farm farm;
  farm.job.targets = {"x86_64"};
  farm.job.repeat = 6;
  {
    FakeExecutor builds(2, all_well); // so that kernels stand
    Crew crew(farm.context.state, builds, farm.stop);
    Member one(farm, "c1");
    Member two(farm, "c2");
    REQUIRE(crew.add(one.work, {}));
    REQUIRE(crew.add(two.work, {}));
    static_cast<void>(work_out(crew));
  }
  Member first(farm, "c1");
  Member second(farm, "c2");
  FakeExecutor executor(2, all_well);
  Crew crew(farm.context.state, executor, farm.stop);
  REQUIRE(crew.add(first.work, {0, "ann"}));
  REQUIRE(crew.add(second.work, {0, "bob"}));
  static_cast<void>(work_out(crew));
  REQUIRE(executor.started.size() == 12);
  for (std::size_t i = 0; i < 12; i += 2) {
    CHECK(commit_of(executor.started[i]) != commit_of(executor.started[i + 1]));
  }
}

TEST_CASE("engine::Crew builds once what two jobs want")
{
  Farm farm;
  farm.job.targets = {"x86_64"};
  Member first(farm, "c1");
  Member second(farm, "c1");
  FakeExecutor executor(8, all_well);
  Crew crew(farm.context.state, executor, farm.stop);
  REQUIRE(crew.add(first.work, {}));
  REQUIRE(crew.add(second.work, {}));
  static_cast<void>(work_out(crew));
  CHECK(executor.started.size() == 3);
  CHECK(farm.recorder.reuses == 1);
}

TEST_CASE("engine::Crew goes on where an earlier process left off")
{
  Farm farm;
  farm.job.targets = {"x86_64"};
  farm.job.repeat = 4;
  Member job(farm, "c1");
  // The first observation was written down, the second has an outcome that
  // nobody saw, the third is at work still, the fourth is gone.
  const auto runs = farm.context.state.runs();
  RunOutcome crash;
  crash.verdict = Verdict::crash;
  crash.run_id = "r1";
  crash.title = "BUG";
  job.ledger.rows = {{0, "r1", crash},
                     {1, "r2", std::nullopt},
                     {2, "r3", std::nullopt},
                     {3, "r4", std::nullopt}};
  for (const auto* id : {"r2", "r3", "r4"}) {
    RunSpec spec;
    spec.run_id = id;
    spec.out = runs / id;
    spec.libvirt_root = farm.context.state.libvirt_roots() / "0";
    REQUIRE(make_folder(spec.out));
    REQUIRE(write_file(spec.out / "spec.json", to_json(spec)));
  }
  RunOutcome passed;
  passed.verdict = Verdict::pass;
  passed.run_id = "r2";
  REQUIRE(write_file(runs / "r2/outcome.json", to_json(passed)));
  FakeExecutor executor(2, all_well);
  executor.at_work = {runs / "r3"};
  Crew crew(farm.context.state, executor, farm.stop);
  REQUIRE(crew.add(job.work, {}));
  CHECK(executor.running() == 1);
  CHECK_FALSE(fs::exists(runs / "r4"));
  static_cast<void>(work_out(crew));
  const auto cells = job.work.cells();
  REQUIRE(cells.size() == 1);
  CHECK(cells[0].observations == 4);
  CHECK(cells[0].failures == 1);
  CHECK(cells[0].infra_failures == 0);
  CHECK(job.ledger.losses == 1);
  CHECK(job.ledger.rows.size() == 4);
  for (const auto& row : job.ledger.rows) {
    CHECK(row.outcome.has_value());
  }
  // The kernel, and the run that was gone, under a root that r3 does not use.
  REQUIRE(executor.started.size() == 2);
}

TEST_CASE("engine::Crew takes over a kernel in the making")
{
  Farm farm;
  farm.job.targets = {"x86_64"};
  Member job(farm, "c1");
  const auto& spec = job.plan.builds[0].spec;
  REQUIRE(make_folder(spec.out));
  REQUIRE(write_file(spec.out / "spec.json", to_json(spec)));
  FakeExecutor executor(2, all_well);
  executor.at_work = {spec.out};
  Crew crew(farm.context.state, executor, farm.stop);
  REQUIRE(crew.add(job.work, {}));
  static_cast<void>(work_out(crew));
  CHECK(executor.started.size() == 1); // the run
  CHECK(job.work.cells().at(0).verdict == Verdict::pass);
}

TEST_CASE("engine::Crew lets one job go and the others go on")
{
  Farm farm;
  farm.job.targets = {"x86_64"};
  Member first(farm, "c1");
  Member second(farm, "c2");
  FakeExecutor executor(8, all_well);
  Crew crew(farm.context.state, executor, farm.stop);
  REQUIRE(crew.add(first.work, {}));
  REQUIRE(crew.add(second.work, {}));
  SUBCASE("because somebody wants that")
  {
    for (int i = 0; i < 2; ++i) {
      crew.turn(std::chrono::milliseconds(1), [](JobWork&, Status) {});
    }
    const auto steps = first.work.running().size();
    REQUIRE(crew.remove(first.work).has_value());
    CHECK(executor.ended.size() == steps);
    CHECK(first.work.running().empty());
    CHECK(work_out(crew) == std::vector<JobWork*>{&second.work});
  }
  SUBCASE("because nothing can be written down any more")
  {
    first.ledger.is_full = true;
    std::vector<std::string> ends;
    while (crew.jobs() > 0) {
      crew.turn(std::chrono::milliseconds(1), [&](JobWork& job, Status end) {
        CHECK((&job == &first.work) != end.has_value());
        ends.push_back(end ? "done" : end.error().message);
      });
    }
    CHECK(std::find(ends.begin(), ends.end(), "the disk is full") !=
          ends.end());
    CHECK(ends.size() == 2);
  }
  CHECK(second.work.cells().at(0).verdict == Verdict::pass);
}
