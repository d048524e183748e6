// SPDX-License-Identifier: GPL-2.0-or-later
#include "step/symbols.h"
#include "step/trace_text.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static const auto symbols =
    KernelSymbols::parse("                 w __some_weak_undefined\n"
                         "0000000000000000 A fixed_percpu\n"
                         "ffffffff81000300 T do_idle\n"
                         "ffffffff81000100 t oom_spin\n"
                         "ffffffff81000100 t oom_spin_alias\n"
                         "ffffffff81000200 T oom_kill_process\n"
                         "ffffffff81000280 d some_data\n"
                         "ffffffff81000400 T default_idle\n"
                         "nonsense\n"
                         "ffffffff81000500 T evil\x1b[2J\n"
                         "ffffffff81000600 T last");

TEST_CASE("step::KernelSymbols")
{
  CHECK(symbols.function(0xffffffff81000100) == "oom_spin");
  CHECK(symbols.function(0xffffffff810001ff) == "oom_spin");
  CHECK(symbols.place(0xffffffff81000290) == "oom_kill_process+0x90");
  CHECK(symbols.place(0xffffffff81000601) == "last+0x1");
  CHECK(symbols.function(0xffffffff81000500).find('\x1b') ==
        std::string_view::npos);
  CHECK(symbols.function(0xffffffff810000ff).empty()); // before the first
  CHECK(symbols.place(0xffffffff91000000) == "0xffffffff91000000");
  CHECK(KernelSymbols::parse("").place(1) == "0x1");
}

TEST_CASE("step::traces_summary")
{
  const std::vector<VcpuTrace> traces = {
      {0, false, 0xffffffff81000110, {0xffffffff81000200 + 1, 0x10}},
      {1, false, 0xffffffff81000410, {0xffffffff81000310}},
      {2, true, 0x401000, {}},
      {3, false, 0x10, {}}};
  CHECK(traces_summary({traces}, symbols) ==
        "CPU 0: oom_spin < oom_kill_process\n"
        "CPU 1: idle\n"
        "CPU 2: user space\n"
        "CPU 3: 0x10\n");
  SUBCASE("a call that is a function's last instruction is that function's")
  {
    CHECK(
        traces_summary({{{0, false, 0xffffffff81000110, {0xffffffff81000300}}}},
                       symbols) == "CPU 0: oom_spin < oom_kill_process\n");
  }
  SUBCASE("names no more than eight")
  {
    std::vector<VcpuTrace> many(11, traces[2]);
    for (unsigned cpu = 0; cpu < many.size(); ++cpu) {
      many[cpu].cpu = cpu;
    }
    CHECK(traces_summary({many}, symbols).find("and 3 more CPUs\n") !=
          std::string::npos);
  }
}

TEST_CASE("step::traces_summary of several looks")
{
  const VcpuTrace idle = {0, false, 0xffffffff81000410, {0xffffffff81000310}};
  const VcpuTrace spins = {0, false, 0xffffffff81000110, {0xffffffff81000201}};
  const VcpuTrace user = {1, true, 0x401000, {}};
  CHECK(traces_summary({{idle, user}, {spins, user}, {spins, user}}, symbols) ==
        "CPU 0: oom_spin < oom_kill_process (2 of 3 looks)\n"
        "CPU 0: idle (1 of 3 looks)\n"
        "CPU 1: user space\n");
  CHECK(traces_summary({}, symbols).empty());
  SUBCASE("at most three places of a CPU")
  {
    std::vector<std::vector<VcpuTrace>> looks;
    for (std::uint64_t i = 0; i < 5; ++i) {
      looks.push_back({{0, false, i, {}}});
    }
    CHECK(traces_summary(looks, symbols) == "CPU 0: 0x0 (1 of 5 looks)\n"
                                            "CPU 0: 0x1 (1 of 5 looks)\n"
                                            "CPU 0: 0x2 (1 of 5 looks)\n");
  }
}

TEST_CASE("step::traces_text has all callers")
{
  const VcpuTrace trace = {
      3, false, 0xffffffff81000110, {0xffffffff81000210, 0xffffffff81000310}};
  CHECK(traces_text({trace}, symbols) == "CPU 3: oom_spin+0x10\n"
                                         "  oom_kill_process+0x10\n"
                                         "  do_idle+0x10\n");
}
