// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/process.h"

#include <doctest/doctest.h>

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <thread>

using namespace oopsfarm;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

static Finished shell(const std::string& script,
                      const Stop& stop,
                      const RunOptions& options = {})
{
  SystemProcessRunner runner;
  auto finished =
      runner.run({{"/bin/sh", "-c", script}, {}, false, {}}, options, stop);
  REQUIRE(finished.has_value());
  return *std::move(finished);
}

/// Whether a process is there and not a zombie, which only waits for whoever
/// adopted it.
static bool runs(pid_t pid)
{
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string number;
  std::string name;
  std::string state;
  return static_cast<bool>(stat >> number >> name >> state) && state != "Z";
}

TEST_CASE("sys::SystemProcessRunner::run")
{
  const Stop stop;
  SUBCASE("keeps both streams apart, and the exit code")
  {
    const auto end = shell("echo out; echo err >&2; exit 3", stop);
    CHECK(end.out == "out\n");
    CHECK(end.err == "err\n");
    CHECK(end.status.code == 3);
    CHECK_FALSE(end.ok());
  }
  SUBCASE("tells a signal from an exit code")
  {
    const auto end = shell("kill -9 $$", stop);
    CHECK(end.status.signal == SIGKILL);
    CHECK(to_string(end.status) == "signal 9 (Killed)");
  }
  SUBCASE("hands out lines, the last one without a newline too")
  {
    std::vector<std::string> lines;
    RunOptions options;
    options.on_out_line = [&](std::string_view line) {
      lines.emplace_back(line);
    };
    shell("printf 'a\\nb'", stop, options);
    CHECK(lines == std::vector<std::string>{"a", "b"});
  }
  SUBCASE("keeps the head of a flood and drops the rest")
  {
    RunOptions options;
    options.max_output = 1000;
    const auto end = shell("head -c 1000000 /dev/zero", stop, options);
    CHECK(end.out.size() == 1000);
    CHECK(end.ok());
  }
  SUBCASE("ends the whole group at the timeout")
  {
    RunOptions options;
    options.timeout = milliseconds(200);
    const auto end = shell("sleep 1000 & echo $!; wait", stop, options);
    CHECK(end.timed_out);
    CHECK_FALSE(end.ok());
    const auto grandchild = static_cast<pid_t>(std::stol(end.out));
    // The signal is sent when run() returns; dying takes the kernel a moment.
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (runs(grandchild) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    CHECK_FALSE(runs(grandchild));
  }
  SUBCASE("takes no input and no descriptor of ours along")
  {
    const auto end = shell("cat; ls /proc/self/fd | wc -l", stop);
    CHECK(std::stoi(end.out) <= 4); // 0, 1, 2 and ls's own
  }
  SUBCASE("clears the environment when asked to")
  {
    SystemProcessRunner runner;
    const auto end =
        runner.run({{"/usr/bin/env"}, {{"ONLY", "this"}}, true, {}}, {}, stop);
    REQUIRE(end.has_value());
    CHECK(end->out == "ONLY=this\n");
  }
  SUBCASE("does not start what is not there, and says so")
  {
    SystemProcessRunner runner;
    const auto end = runner.run({{"no-such-program"}, {}, false, {}}, {}, stop);
    REQUIRE_FALSE(end.has_value());
    CHECK(end.error().message == "no-such-program: no such program in PATH");
  }
}

TEST_CASE("sys::SystemProcessRunner::run ends the program at a stop")
{
  Stop stop;
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(100));
    stop.request(SIGINT);
  });
  const auto end = shell("sleep 1000", stop);
  later.join();
  CHECK(end.stopped);
  CHECK(end.status.signal == SIGTERM);
  SUBCASE("and starts no other after it")
  {
    CHECK(shell("echo hello", stop).out.empty());
  }
}

TEST_CASE("sys::ProcessRunner::output")
{
  const Stop stop;
  SystemProcessRunner runner;
  CHECK(*runner.output({{"echo", "x"}, {}, false, {}}, stop) == "x\n");
  const auto failed = runner.output(
      {{"/bin/sh", "-c", "echo why >&2; exit 4"}, {}, false, {}}, stop);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().message.ends_with("exit code 4: why"));
}

TEST_CASE("sys::Child's destructor kills what still runs")
{
  pid_t pid = 0;
  {
    auto child = Child::start({{"sleep", "1000"}, {}, false, {}});
    REQUIRE(child.has_value());
    pid = child->pid();
    CHECK(kill(pid, 0) == 0);
    CHECK_FALSE(child->try_wait().has_value());
  }
  CHECK(kill(pid, 0) != 0);
  CHECK(errno == ESRCH);
}
