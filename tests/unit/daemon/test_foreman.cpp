// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/foreman.h"
#include "support/fake_executor.h"
#include "support/fake_planner.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <csignal>

using namespace oopsfarm;
using test::FakeExecutor;
using test::FakePlanner;
namespace fs = std::filesystem;

namespace {

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

/// A foreman's life whose job "j1" is cancelled while its step `number` runs.
static void
cancelled_at(Farm& farm, std::size_t number, const FakeExecutor::Work& work)
{
  std::unique_ptr<Foreman> foreman;
  FakeExecutor executor(1, [&](const StepSpec& spec) {
    if (executor.started.size() == number) {
      CHECK(*farm.store.cancel_job("j1"));
      foreman->wake();
    }
    return work(spec);
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
}

TEST_CASE("daemon::Foreman cancels a job at work")
{
  Farm farm;
  farm.planner.runs = 1000;
  farm.submit("j1");
  cancelled_at(farm, 5, passes);
  CHECK(farm.job("j1").runs < 20);
}

/// A foreman on `farm` that is told to stop while its first step runs.
static std::size_t stopped_with(Farm& farm, OnStop on_stop)
{
  Stop asked;
  FakeExecutor executor(2, [&](const StepSpec& spec) {
    asked.request(SIGTERM);
    return passes(spec);
  });
  StopWishes wishes;
  wishes.asked = &asked;
  wishes.on_stop = on_stop;
  Foreman foreman(farm.planner,
                  farm.context.state,
                  farm.store,
                  farm.board,
                  executor,
                  *farm.stop,
                  nullptr,
                  wishes);
  CHECK(foreman.run());
  CHECK(farm.stop->requested());
  return executor.aborted;
}

TEST_CASE("daemon::Foreman stops as it is asked to")
{
  Farm farm;
  farm.planner.runs = 6;
  farm.submit("j1");
  const auto known = [&] { return (*farm.store.runs("j1")).size(); };
  SUBCASE("and forgets what is at work")
  {
    CHECK(stopped_with(farm, OnStop::requeue) > 0);
    CHECK(known() == farm.job("j1").runs);
  }
  SUBCASE("and lets what is at work end, and begins nothing")
  {
    CHECK(stopped_with(farm, OnStop::finish) == 0);
    CHECK(farm.job("j1").runs >= 2);
    CHECK(farm.job("j1").runs < 6);
    CHECK(known() == farm.job("j1").runs);
  }
  SUBCASE("and leaves what is at work")
  {
    CHECK(stopped_with(farm, OnStop::leave) == 0);
    CHECK(known() > farm.job("j1").runs); // the next one adopts it
  }
  CHECK(farm.job("j1").state == JobState::running);
}

TEST_CASE("daemon::Foreman begins anew without touching what is at work")
{
  Farm farm;
  farm.planner.runs = 6;
  farm.submit("j1");
  FakeExecutor executor(2, passes);
  StopWishes wishes;
  wishes.reload = [&] { return executor.started.size() > 1; };
  Foreman foreman(farm.planner,
                  farm.context.state,
                  farm.store,
                  farm.board,
                  executor,
                  *farm.stop,
                  nullptr,
                  wishes);
  CHECK(foreman.run());
  CHECK(executor.aborted == 0);
  CHECK((*farm.store.runs("j1")).size() > farm.job("j1").runs);
}

TEST_CASE("daemon::Foreman collects what nobody needs")
{
  Farm farm;
  farm.context.config.gc_max_size = 0;
  farm.planner.runs = 1000;
  farm.submit("j1");
  const auto make_old = [&](const std::string& name) {
    const auto folder = farm.context.state.kernels() / name;
    REQUIRE(make_folder(folder));
    for (const auto* file : {"outcome.json", "vmlinux"}) {
      if (!fs::exists(folder / file)) {
        REQUIRE(write_file(folder / file, "{}"));
      }
    }
    const auto long_ago =
        fs::file_time_type::clock::now() - std::chrono::hours(100);
    for (const auto& entry : fs::directory_iterator(folder)) {
      fs::last_write_time(entry.path(), long_ago);
    }
    fs::last_write_time(folder, long_ago);
    return folder;
  };
  const auto unwanted = make_old("unwanted");
  const auto wanted = make_old("key"); // of the job's plan
  FakeExecutor executor(1, [&](const StepSpec& spec) {
    if (!fs::exists(unwanted)) {
      farm.stop->request(SIGTERM);
    }
    return passes(spec);
  });
  farm.live(executor);
  CHECK_FALSE(fs::exists(unwanted));
  CHECK(fs::exists(wanted / "vmlinux"));
}

/// Steps of a job whose bisection's culprit is patch 5. The job's own runs have
/// no commit.
static std::string bisected_step(const StepSpec& spec)
{
  if (const auto* build = std::get_if<BuildSpec>(&spec)) {
    BuildOutcome kernel;
    kernel.verdict = Verdict::pass;
    kernel.key = build->key;
    kernel.vmlinux = build->out / "vmlinux";
    CHECK(write_file(kernel.vmlinux, "ELF"));
    return to_json(kernel);
  }
  const auto& run = std::get<RunSpec>(spec);
  RunOutcome outcome;
  outcome.verdict = Verdict::pass;
  outcome.run_id = run.run_id;
  if (!run.origin.commit.empty() && run.origin.commit.front() >= '5') {
    outcome.verdict = Verdict::crash;
    outcome.title = "kernel BUG in x";
    outcome.findings.push_back({outcome.title, "", "", "sig"});
  }
  return to_json(outcome);
}

TEST_CASE("daemon::Foreman bisects what a job broke")
{
  Farm farm;
  farm.submit("j1", "bisects");
  SUBCASE("through the same crew, and the report has it")
  {
    FakeExecutor executor(2, bisected_step);
    farm.live(executor);
    CHECK(farm.job("j1").state == JobState::ended);
    REQUIRE(farm.planner.bisected.size() == 1);
    const auto& crash = farm.planner.bisected[0];
    CHECK(crash.conclusion == "culprit");
    REQUIRE(crash.culprits.size() == 1);
    CHECK(crash.culprits[0].number == 5);
    CHECK(farm.job("j1").runs == 3); // tries are none of the job's runs
  }
  SUBCASE("and goes on after each end of the daemon")
  {
    std::size_t steps = 0;
    for (const std::size_t life : {5U, 4U, 4U}) {
      const auto begun = steps;
      FakeExecutor executor(1, [&](const StepSpec& spec) {
        if (++steps == begun + life) {
          farm.stop->request(SIGTERM);
        }
        return bisected_step(spec);
      });
      farm.live(executor);
    }
    FakeExecutor last(1, bisected_step);
    farm.live(last);
    REQUIRE(farm.planner.bisected.size() == 1);
    CHECK(farm.planner.bisected[0].culprits.at(0).number == 5);
    CHECK(farm.job("j1").state == JobState::ended);
  }
  SUBCASE("unless it is cancelled on the way")
  {
    cancelled_at(farm, 6, bisected_step);
    CHECK(farm.planner.bisected.empty());
  }
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
