// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/takeover.h"
#include "model/json.h"
#include "sys/detached.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <poll.h>

#include <csignal>

using namespace oopsfarm;
namespace fs = std::filesystem;

namespace {

class Farm
{
public:
  Farm()
      : folder(*TempFolder::make(fs::temp_directory_path(), "oopsfarm-unit-"))
  {
    context.state.root = folder.path();
    context.reap_root = [this](const fs::path& root) -> Status {
      reaped.push_back(root.filename().string());
      return Ok{};
    };
    for (const auto* root : {"0", "1"}) {
      REQUIRE(make_folder(context.state.libvirt_roots() / root));
    }
  }

  /// A run's folder as a step leaves it that is at work, under a root.
  fs::path run(const std::string& id, const std::string& root) const
  {
    RunSpec spec;
    spec.run_id = id;
    spec.out = context.state.runs() / id;
    spec.libvirt_root = context.state.libvirt_roots() / root;
    REQUIRE(make_folder(spec.out));
    REQUIRE(write_file(spec.out / "spec.json", to_json(spec)));
    return spec.out;
  }

  TempFolder folder;
  EngineContext context;
  std::vector<std::string> reaped;
  Stop stop;
};

/// A process that holds a step's lock, as oopsfarm-step does.
class Step
{
public:
  explicit Step(const fs::path& folder)
      : process_(*Detached::start(command(folder), folder / "o", folder / "e"))
  {
    while (!fs::exists(folder / "held")) {
      poll(nullptr, 0, 10);
    }
  }

  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  ~Step()
  {
    process_.kill_group(SIGKILL);
    pollfd ended = {process_.exit_fd(), POLLIN, 0};
    poll(&ended, 1, 10'000);
    process_.try_wait();
  }

  bool is_alive() { return !process_.try_wait().has_value(); }

private:
  static Command command(const fs::path& folder)
  {
    const auto lock = (folder / "step.lock").string();
    Command command;
    command.argv = {"sh",
                    "-c",
                    "exec 9<>'" + lock + "'; flock 9; echo $$ >'" + lock +
                        "'; touch '" + (folder / "held").string() +
                        "'; exec sleep 1000"};
    return command;
  }

  Detached process_;
};

} // namespace

TEST_CASE("daemon::take_over keeps what is wanted and ends the rest")
{
  Farm farm;
  auto store = *Store::open(farm.context.state.database());
  NewJob job;
  job.id = "j1";
  REQUIRE(store.add_job(job));
  REQUIRE(store.begin_job("j1", "c"));
  REQUIRE(store.begin_run("j1", 0, "wanted"));
  REQUIRE(store.begin_run("j1", 1, "dead"));
  const auto wanted = farm.run("wanted", "0");
  const auto unknown = farm.run("unknown", "1");
  const auto dead = farm.run("dead", "1");
  const auto whole = farm.run("whole", "1");
  REQUIRE(write_file(whole / "outcome.json", "{}"));
  REQUIRE(make_folder(farm.context.state.jobs() / "j1"));
  REQUIRE(make_folder(farm.context.state.jobs() / "nobody's"));
  Step at_work(wanted);
  Step left_over(unknown);

  REQUIRE(take_over(farm.context, store, farm.stop));
  CHECK(at_work.is_alive());
  CHECK_FALSE(left_over.is_alive());
  CHECK(fs::exists(wanted));
  CHECK_FALSE(fs::exists(unknown));
  CHECK_FALSE(fs::exists(dead));
  CHECK(fs::exists(whole));
  CHECK(farm.reaped == std::vector<std::string>{"1"}); // 0 is in use
  CHECK(fs::exists(farm.context.state.jobs() / "j1"));
  CHECK_FALSE(fs::exists(farm.context.state.jobs() / "nobody's"));

  SUBCASE("and nothing of a job that was cancelled")
  {
    REQUIRE(store.cancel_job("j1"));
    REQUIRE(take_over(farm.context, store, farm.stop));
    CHECK_FALSE(at_work.is_alive());
    CHECK_FALSE(fs::exists(wanted));
  }
}
