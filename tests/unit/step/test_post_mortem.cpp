// SPDX-License-Identifier: GPL-2.0-or-later
#include "step/post_mortem.h"
#include "step/step.h"
#include "support/fake_guest.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <thread>

using namespace oopsfarm;
using namespace oopsfarm::testing;
using std::chrono::milliseconds;

namespace {

/// A run whose guest is fake, with times that suit tests.
struct Bench
{
  Bench()
  {
    spec.run_id = "20261121T101500-3fa9c2";
    spec.vmlinux = folder.path() / "vmlinux";
    spec.out = folder.path();
    spec.workload = {"memcg", {{"duration", "1"}}};
    spec.target.memory_mib = 64;
    spec.boot_timeout = std::chrono::seconds(1);
    times = {2,
             milliseconds(5),
             milliseconds(200),
             milliseconds(50),
             milliseconds(2000),
             milliseconds(500),
             milliseconds(50),
             milliseconds(5000),
             milliseconds(5000)};
    REQUIRE(write_file(folder.path() / "System.map",
                       "ffffffff81000000 T _text\n"
                       "ffffffff81000100 t oom_spin\n"
                       "ffffffff81000200 T oom_kill_process\n"
                       "ffffffff81000300 T do_idle\n"));
    script.traces = {{0, false, 0xffffffff81000110, {0xffffffff81000220}},
                     {1, false, 0xffffffff81000310, {}}};
    script.keys = [](char key) { return std::string("answer ") + key + "\n"; };
    script.nmi = "Kernel panic - not syncing: NMI: Not continuing\n";
  }

  /// The post-mortem alone; what it gives for people.
  std::string perform(bool init_reached = true)
  {
    auto console = CappedLog::create(folder.path() / "console.log", 65536);
    auto ktap = CappedLog::create(folder.path() / "ktap.log", 65536);
    REQUIRE(console);
    REQUIRE(ktap);
    DomainSpec domain;
    domain.console = folder.path() / "console.log";
    FakeGuest guest(script, domain);
    PostMortem work(spec, stop, init_reached, times);
    auto summary = work.perform(guest, *console, *ktap);
    REQUIRE(console->finish());
    return summary;
  }

  std::string file(const char* name) const
  {
    return read_file(folder.path() / name).value_or("(none)");
  }

  bool asked(const std::string& what) const
  {
    return std::find(script.asked.begin(), script.asked.end(), what) !=
           script.asked.end();
  }

  TempFolder folder =
      *TempFolder::make(std::filesystem::temp_directory_path(), "pm");
  RunSpec spec;
  Stop stop;
  PostMortemTimes times;
  FakeGuestScript script;
};

} // namespace

static bool has(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

TEST_CASE("step::PostMortem looks, asks and interrupts, in this order")
{
  Bench bench;
  const auto summary = bench.perform();
  CHECK(bench.script.asked == std::vector<std::string>{"traces",
                                                       "traces",
                                                       "sysrq w",
                                                       "sysrq l",
                                                       "sysrq d",
                                                       "sysrq m",
                                                       "sysrq t",
                                                       "nmi"});
  CHECK(summary == "CPU 0: oom_spin < oom_kill_process\nCPU 1: idle\n");
  const auto log = bench.file("post-mortem.log");
  CHECK(has(log, "CPU 0: oom_spin+0x10\n  oom_kill_process+0x20\n"));
  CHECK(has(log, "== SysRq w: blocked tasks ==\nanswer w\n"));
  CHECK(has(log, "== SysRq t: all tasks ==\nanswer t\n"));
  CHECK(has(log, "== NMI ==\nKernel panic - not syncing: NMI"));
  CHECK(bench.file("console.log").empty()); // it said nothing by itself
  CHECK(bench.file("vmcore") == "(none)");
}

TEST_CASE("step::PostMortem does not insist on what nobody answers")
{
  Bench bench;
  SUBCASE("a kernel that does not listen is asked once")
  {
    bench.script.keys = nullptr;
    CHECK(has(bench.perform(), "no answer to SysRq\n"));
    CHECK(bench.asked("sysrq w"));
    CHECK_FALSE(bench.asked("sysrq l"));
  }
  SUBCASE("before init nobody listens at serial 0")
  {
    bench.perform(false);
    CHECK_FALSE(bench.asked("sysrq w"));
  }
  SUBCASE("without the line the console's file has what the NMI says")
  {
    bench.script.has_serial = false;
    CHECK(has(bench.perform(), "no SysRq: no serial line here\n"));
    CHECK(has(bench.file("post-mortem.log"), "Not continuing"));
  }
  SUBCASE("a guest without registers is interrupted all the same")
  {
    bench.script.traces.clear();
    CHECK(has(bench.perform(), "no look at the CPUs: no traces here\n"));
  }
  SUBCASE("a guest that survives the NMI is left to its end")
  {
    bench.script.nmi.clear();
    bench.script.dies_of_nmi = false;
    CHECK(has(bench.perform(), "no answer to an NMI\n"));
  }
  CHECK(bench.asked("nmi"));
}

TEST_CASE("step::PostMortem bounds what a guest prints")
{
  Bench bench;
  bench.script.keys = [](char) { return std::string(3 << 20, 'x'); };
  bench.times.keys = milliseconds(300);
  bench.perform();
  const auto log = bench.file("post-mortem.log");
  CHECK(has(log, "[oopsfarm: the rest is cut here]"));
  CHECK(log.size() < 5 * ((2U << 20) + 4096));
}

TEST_CASE("step::PostMortem dumps the memory when the spec asks for it")
{
  Bench bench;
  bench.spec.dump_cap = 1 << 20;
  SUBCASE("before the NMI, which ends the guest")
  {
    CHECK(has(bench.perform(), "memory dump: vmcore, 6 B"));
    CHECK(bench.file("vmcore") == "a dump");
    CHECK(bench.script.asked[bench.script.asked.size() - 2] == "dump");
  }
  SUBCASE("one that grows over the cap is removed, and said")
  {
    bench.script.dumps_for_ever = true;
    CHECK(has(bench.perform(), "no memory dump: the dump grew over its cap\n"));
    CHECK(bench.file("vmcore") == "(none)");
  }
  SUBCASE("one that takes too long as well")
  {
    bench.spec.dump_cap = 1ULL << 40;
    bench.times.dump = milliseconds(300);
    bench.script.dumps_for_ever = true;
    CHECK(has(bench.perform(), "no memory dump: it took too long\n"));
    CHECK(bench.file("vmcore") == "(none)");
  }
}

TEST_CASE("step::PostMortem ends at once when a stop is requested")
{
  Bench bench;
  SUBCASE("before it began")
  {
    bench.stop.request(SIGINT);
    bench.perform();
    CHECK_FALSE(bench.asked("sysrq w"));
    CHECK_FALSE(bench.asked("nmi"));
  }
  SUBCASE("in the middle of a dump")
  {
    bench.spec.dump_cap = 1ULL << 40;
    bench.script.dumps_for_ever = true;
    std::thread later([&] {
      while (bench.file("vmcore") == "(none)") {
        usleep(1000);
      }
      bench.stop.request(SIGINT);
    });
    bench.perform();
    later.join();
    CHECK_FALSE(bench.asked("nmi"));
  }
}

TEST_CASE("step::run_guest keeps a hang a hang, whatever the NMI says")
{
  Bench bench;
  FakeHypervisor hypervisor(bench.script);
  std::vector<std::string> phases;
  const auto outcome = run_guest(
      bench.spec,
      hypervisor,
      bench.stop,
      [&](const Progress& progress) { phases.push_back(progress.phase); },
      bench.times);
  REQUIRE(outcome);
  CHECK(outcome->verdict == Verdict::boot_failed);
  CHECK(outcome->title == "boot: nothing printed");
  CHECK(has(outcome->detail, "CPU 0: oom_spin < oom_kill_process"));
  CHECK(phases.back() == "post-mortem");
  CHECK(outcome->wall < milliseconds(1500));
  CHECK(bench.file("console.log").empty());
  CHECK(has(bench.file("post-mortem.log"), "Kernel panic"));
  CHECK(bench.script.asked.back() == "destroy");
  CHECK(hypervisor.started.front().console_socket ==
        "/sockets/20261121T101500-3fa9c2");
}
