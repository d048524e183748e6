// SPDX-License-Identifier: GPL-2.0-or-later
#include "exec/local.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <thread>

using namespace oopsfarm;
using std::chrono::milliseconds;
namespace fs = std::filesystem;

namespace {

/// A folder with a shell script in the step program's place; the spec's path
/// is its first argument.
class FakeStep
{
public:
  explicit FakeStep(const std::string& script)
      : folder_(*TempFolder::make(fs::temp_directory_path(), "oopsfarm-unit-"))
  {
    REQUIRE(write_file(program(), "#!/bin/sh\n" + script + "\n").has_value());
    fs::permissions(program(), fs::perms::owner_all);
  }

  fs::path program() const { return folder_.path() / "step"; }

  fs::path log() const { return folder_.path() / "log"; }

  StepRequest request(std::size_t id, unsigned slots = 1) const
  {
    return {id, folder_.path() / "spec.json", log(), slots};
  }

private:
  TempFolder folder_;
};

} // namespace

/// All news until every step has ended.
static std::vector<StepEvent> until_idle(Executor& executor)
{
  std::vector<StepEvent> all;
  while (executor.running() > 0) {
    for (auto& event : executor.wait(milliseconds(5000))) {
      all.push_back(std::move(event));
    }
  }
  return all;
}

TEST_CASE("exec::LocalExecutor hands on progress and the end, in order")
{
  const Stop stop;
  const FakeStep step(
      R"(echo '{"kind":"progress","phase":"a","done":1,"total":2,"unit":"s"}'
echo 'not progress'
echo 'why it failed' >&2
exit 7)");
  auto executor = make_local_executor(step.program(), 2, stop);
  REQUIRE(executor->start(step.request(42)).has_value());
  const auto events = until_idle(*executor);
  REQUIRE(events.size() == 2);
  CHECK(events[0].id == 42);
  REQUIRE(events[0].progress.has_value());
  CHECK(events[0].progress->phase == "a");
  REQUIRE(events[1].ended.has_value());
  CHECK(events[1].ended->code == 7);
  CHECK(*read_file(step.log()) == "why it failed\n");
}

TEST_CASE("exec::LocalExecutor keeps to its slots")
{
  const Stop stop;
  const FakeStep step("sleep 1000");
  auto executor = make_local_executor(step.program(), 2, stop);
  CHECK(executor->can_start(2));
  REQUIRE(executor->start(step.request(1)).has_value());
  CHECK(executor->can_start(1));
  CHECK_FALSE(executor->can_start(2));
  REQUIRE(executor->start(step.request(2)).has_value());
  CHECK_FALSE(executor->can_start(1));
  executor->abort(milliseconds(2000));
  CHECK(executor->running() == 0);
  SUBCASE("and gives a step that wants more than there are all of them")
  {
    CHECK(executor->can_start(99));
    REQUIRE(executor->start(step.request(3, 99)).has_value());
    CHECK_FALSE(executor->can_start(1));
  }
}

TEST_CASE("exec::LocalExecutor::abort kills what does not listen")
{
  const Stop stop;
  const FakeStep step(
      "trap '' TERM\necho ready >&2\nwhile :; do sleep 0.1; done");
  auto executor = make_local_executor(step.program(), 1, stop);
  REQUIRE(executor->start(step.request(1)).has_value());
  while (!fs::exists(step.log()) || fs::file_size(step.log()) == 0) {
    executor->wait(milliseconds(20));
  }
  executor->abort(milliseconds(300));
  CHECK(executor->running() == 0);
}

TEST_CASE("exec::LocalExecutor::wait comes back at once on a stop")
{
  Stop stop;
  const FakeStep step("sleep 1000");
  auto executor = make_local_executor(step.program(), 1, stop);
  REQUIRE(executor->start(step.request(1)).has_value());
  std::thread later([&] { stop.request(SIGINT); });
  const auto begun = std::chrono::steady_clock::now();
  while (!stop.requested()) {
    executor->wait(milliseconds(60'000));
  }
  later.join();
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(30));
}

TEST_CASE("exec::LocalExecutor says which program it can't start")
{
  const Stop stop;
  auto executor = make_local_executor("/no/such/step", 1, stop);
  const auto failed = executor->start({1, "/spec", "/dev/null", 1});
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().message.find("/no/such/step") != std::string::npos);
  CHECK(executor->can_start(1));
}
