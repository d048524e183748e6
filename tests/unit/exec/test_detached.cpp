// SPDX-License-Identifier: GPL-2.0-or-later
#include "exec/detached.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <poll.h>

#include <csignal>
#include <filesystem>

using namespace oopsfarm;
using std::chrono::milliseconds;
namespace fs = std::filesystem;

namespace {

/// A folder with a shell script in the step program's place: it holds the
/// spec's lock, as oopsfarm-step does, while its script runs.
class Bench
{
public:
  explicit Bench(const std::string& script)
      : folder_(*TempFolder::make(fs::temp_directory_path(), "oopsfarm-unit-"))
  {
    const auto lock = step_lock(request(0).spec).string();
    REQUIRE(write_file(program(),
                       "#!/bin/sh\nexec 9<>" + lock + "\nflock 9\necho $$ >" +
                           lock + "\n" + script + "\n"));
    fs::permissions(program(), fs::perms::owner_all);
  }

  fs::path program() const { return folder_.path() / "step"; }

  fs::path file(const char* name) const { return folder_.path() / name; }

  StepRequest request(std::size_t id, unsigned slots = 1) const
  {
    return {id, file("spec.json"), file("step.log"), slots};
  }

  void wait_for(const char* name) const
  {
    while (!fs::exists(file(name))) {
      poll(nullptr, 0, 10);
    }
  }

private:
  TempFolder folder_;
};

} // namespace

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

TEST_CASE("exec::DetachedExecutor hands on progress and the end, in order")
{
  const Stop stop;
  const Bench bench(
      R"(echo '{"kind":"progress","phase":"a","done":1,"total":2,"unit":"s"}'
echo 'not progress'
echo 'why it failed' >&2
exit 7)");
  auto executor = make_detached_executor(bench.program(), 2, stop);
  REQUIRE(executor->start(bench.request(42, 2)).has_value());
  CHECK_FALSE(executor->can_start(1));
  const auto events = until_idle(*executor);
  REQUIRE(events.size() == 2);
  CHECK(events[0].id == 42);
  REQUIRE(events[0].progress.has_value());
  CHECK(events[0].progress->phase == "a");
  REQUIRE(events[1].ended.has_value());
  CHECK(events[1].ended->code == 7);
  CHECK(*read_file(bench.file("step.log")) == "why it failed\n");
  CHECK(executor->can_start(2));
}

TEST_CASE("exec::DetachedExecutor leaves its steps to who comes next")
{
  const Stop stop;
  const Bench bench(
      R"(touch "${0%/*}/began"
while [ ! -e "${0%/*}/go" ]; do sleep 0.02; done
echo '{"kind":"progress","phase":"b","done":1,"total":2,"unit":"s"}')");
  auto first = make_detached_executor(bench.program(), 1, stop);
  CHECK_FALSE(first->adopt(bench.request(1))); // nobody is at work yet
  REQUIRE(first->start(bench.request(1)).has_value());
  bench.wait_for("began");
  first.reset();

  auto second = make_detached_executor(bench.program(), 1, stop);
  REQUIRE(second->adopt(bench.request(7)));
  CHECK_FALSE(second->can_start(1));
  REQUIRE(write_file(bench.file("go"), ""));
  const auto events = until_idle(*second);
  REQUIRE(events.size() == 2);
  CHECK(events[0].id == 7);
  CHECK(events[0].progress->phase == "b");
  CHECK(events[1].ended.has_value());
  CHECK_FALSE(second->adopt(bench.request(8))); // it is gone
}

TEST_CASE("exec::DetachedExecutor ends what it is asked to")
{
  const Stop stop;
  SUBCASE("one step")
  {
    const Bench bench("touch \"${0%/*}/began\"; exec sleep 1000");
    auto executor = make_detached_executor(bench.program(), 2, stop);
    REQUIRE(executor->start(bench.request(1)).has_value());
    bench.wait_for("began");
    executor->end(1);
    const auto events = until_idle(*executor);
    REQUIRE(events.size() == 1);
    CHECK(events[0].ended->signal == SIGTERM);
  }
  SUBCASE("all of them, even those that don't listen")
  {
    const Bench bench("trap '' TERM; touch \"${0%/*}/began\"\n"
                      "while :; do sleep 0.1; done");
    auto executor = make_detached_executor(bench.program(), 2, stop);
    REQUIRE(executor->start(bench.request(1)).has_value());
    bench.wait_for("began");
    executor->abort(milliseconds(300));
    CHECK(executor->running() == 0);
    CHECK_FALSE(executor->adopt(bench.request(2)));
  }
}
