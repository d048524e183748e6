// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/foreman.h"
#include "support/fake_executor.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <csignal>

using namespace oopsfarm;
using test::FakeExecutor;
namespace fs = std::filesystem;

namespace {

/// A job of `runs` runs on one kernel that stands, whatever its file says.
class FakePlanner final : public Planner
{
public:
  explicit FakePlanner(EngineContext& context) : context_(context)
  {
    BuildOutcome kernel;
    kernel.verdict = Verdict::pass;
    kernel.key = "key";
    kernel.vmlinux = context.state.kernels() / "key/vmlinux";
    REQUIRE(make_folder(context.state.kernels() / "key"));
    REQUIRE(write_file(kernel.vmlinux, "ELF"));
    REQUIRE(write_file(context.state.kernels() / "key/outcome.json",
                       to_json(kernel)));
  }

  Result<PreparedJob> prepare(const StoredJob& job, Observer&) override
  {
    if (job.asked.name == "broken") {
      return user_error("no such tree");
    }
    PreparedJob prepared;
    prepared.report.base_commit = "c0ffee";
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
    return FinishedJob{exit_code(report), {"table", "{}"}};
  }

  const EngineContext& context() const override { return context_; }

  std::size_t runs = 3;

private:
  EngineContext& context_;
};

class Farm
{
public:
  Farm()
      : folder(*TempFolder::make(fs::temp_directory_path(), "oopsfarm-unit-")),
        context(context_in(folder.path())), planner(context),
        store(*Store::open(context.state.database()))
  {
  }

  void submit(const std::string& id, const std::string& name = "oom")
  {
    NewJob job;
    job.id = id;
    job.name = name;
    REQUIRE(store.add_job(job));
  }

  /// A daemon's life: until nothing is left to do, or `executor` stops it.
  void live(FakeExecutor& executor)
  {
    Foreman foreman(planner, context.state, store, board, executor, *stop);
    std::thread watch([&] {
      while (!stop->requested()) {
        const auto live = store.list(JobFilter::live, 1);
        if (live && live->empty()) {
          stop->request(SIGTERM);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
    });
    const auto ended = foreman.run();
    stop->request(SIGTERM);
    watch.join();
    CHECK(ended.has_value());
    stop = std::make_unique<Stop>();
  }

  StoredJob job(const std::string& id) { return **store.job(id); }

  TempFolder folder;
  EngineContext context;
  FakePlanner planner;
  Store store;
  Board board;
  std::unique_ptr<Stop> stop = std::make_unique<Stop>();

private:
  static EngineContext context_in(const fs::path& folder)
  {
    EngineContext context;
    context.state.root = folder;
    return context;
  }
};

} // namespace

static std::string passes(const StepSpec& spec)
{
  RunOutcome outcome;
  outcome.verdict = Verdict::pass;
  outcome.run_id = std::get<RunSpec>(spec).run_id;
  return to_json(outcome);
}

TEST_CASE("daemon::Foreman works what is in the store")
{
  Farm farm;
  farm.submit("j1");
  farm.submit("j2", "broken");
  farm.submit("j3", "does-not-apply");
  FakeExecutor executor(2, passes);
  farm.live(executor);
  CHECK(farm.job("j1").state == JobState::ended);
  CHECK(farm.job("j1").exit_code == 0);
  CHECK(farm.job("j1").runs == 3);
  CHECK(farm.job("j1").base_commit == "c0ffee");
  CHECK((*farm.store.report("j1"))->text == "table");
  CHECK(farm.job("j2").state == JobState::failed);
  CHECK(farm.job("j2").error == "no such tree");
  CHECK(farm.job("j3").state == JobState::ended);
  CHECK(farm.job("j3").exit_code == 2);
  CHECK(executor.started.size() == 3);
  CHECK_FALSE(farm.board.job("j1").has_value());
}

TEST_CASE("daemon::Foreman works many jobs, few at a time")
{
  Farm farm;
  farm.planner.runs = 2;
  for (int i = 0; i < 30; ++i) {
    farm.submit("j" + std::to_string(i));
  }
  FakeExecutor executor(4, passes);
  farm.live(executor);
  CHECK(executor.started.size() == 60);
  CHECK((*farm.store.in_order(JobState::ended, 100)).size() == 30);
}

TEST_CASE("daemon::Foreman goes on where a stopped one was")
{
  Farm farm;
  farm.planner.runs = 6;
  farm.submit("j1");
  unsigned ran = 0;
  FakeExecutor first(1, [&](const StepSpec& spec) {
    if (++ran == 3) {
      farm.stop->request(SIGTERM); // the third is never seen to end
    }
    return passes(spec);
  });
  farm.live(first);
  CHECK(farm.job("j1").state == JobState::running);
  CHECK(farm.job("j1").runs == 2);
  CHECK((*farm.store.runs("j1")).size() == 2); // the third is forgotten

  FakeExecutor second(1, passes);
  farm.live(second);
  CHECK(second.started.size() == 4);
  CHECK(farm.job("j1").state == JobState::ended);
  CHECK(farm.job("j1").runs == 6);
}

TEST_CASE("daemon::Foreman cancels a job at work")
{
  Farm farm;
  farm.planner.runs = 1000;
  farm.submit("j1");
  std::unique_ptr<Foreman> foreman;
  FakeExecutor executor(1, [&](const StepSpec& spec) {
    if (executor.started.size() == 5) {
      CHECK(*farm.store.cancel_job("j1"));
      foreman->wake();
    }
    return passes(spec);
  });
  foreman = std::make_unique<Foreman>(farm.planner,
                                      farm.context.state,
                                      farm.store,
                                      farm.board,
                                      executor,
                                      *farm.stop);
  std::thread watch([&] {
    while (farm.job("j1").state != JobState::cancelled) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    farm.stop->request(SIGTERM);
  });
  CHECK(foreman->run());
  watch.join();
  CHECK(farm.job("j1").runs < 20);
}

TEST_CASE("daemon::Clerk works in order and hands the ends back")
{
  std::vector<int> order;
  {
    Clerk clerk;
    for (int i = 0; i < 3; ++i) {
      clerk.ask([i, &order]() -> Clerk::Done {
        return [i, &order] { order.push_back(i); };
      });
    }
    while (order.size() < 3) {
      clerk.collect();
    }
    clerk.ask([]() -> Clerk::Done { return [] {}; });
  }
  CHECK(order == std::vector<int>{0, 1, 2});
}
