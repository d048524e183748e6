// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/triage/scan.h"

#include <doctest/doctest.h>

#include <string>

using namespace oopsfarm;

static const std::string bug =
    "[    1.000001] kernel BUG at mm/farm.c:1!\n"
    "[    1.000002] invalid opcode: 0000 [#1] PREEMPT SMP\n"
    "[    1.000003] RIP: 0010:farm_f+0x1/0x2\n"
    "[    1.000004] Call Trace:\n"
    "[    1.000005]  farm_g+0x1/0x2\n";
static const std::string end_trace =
    "[    1.000006] ---[ end trace 0000000000000000 ]---\n";

TEST_CASE("a report may begin far into its line")
{
  for (const std::size_t before : {200U, 490U, 500U, 512U, 600U, 8000U}) {
    INFO(before);
    const auto crashes =
        crashes_in(std::string(before, 'x') + " kernel BUG at mm/mmap.c:10!\n"
                                              "RIP: 0010:exit_mmap+0x4/0x10\n"
                                              "Call Trace:\n mmput+0x4/0x10\n");
    REQUIRE(crashes.size() == 1);
    CHECK(crashes[0].title == "kernel BUG in exit_mmap");
  }
}

TEST_CASE("CrashScanner tells early when a guest may be ended")
{
  CrashScanner scanner;
  LineReader reader(scanner);
  reader.feed("[    0.900000] all is well\n");
  CHECK_FALSE(scanner.crash_seen());
  reader.feed(bug);
  CHECK(scanner.crash_seen());
  CHECK_FALSE(scanner.crash_complete());
  reader.feed(end_trace);
  CHECK(scanner.crash_complete());
  scanner.finish();
  REQUIRE(scanner.crashes().size() == 1);
  CHECK(scanner.crashes()[0].title == "kernel BUG in farm_f");
}

TEST_CASE("A panic that ends with a stack is not complete at its first line")
{
  CrashScanner scanner;
  LineReader reader(scanner);
  reader.feed("WARNING: CPU: 0 PID: 1 at mm/farm.c:1 farm_f+0x1/0x2\n"
              "Kernel panic - not syncing: panic_on_warn set ...\n");
  CHECK_FALSE(scanner.crash_complete());
}

TEST_CASE("CrashScanner keeps what belongs together in one report")
{
  SUBCASE("BUG(), the oops line and the panic are one crash")
  {
    const auto found =
        crashes_in(bug + end_trace +
                   "[    1.1] x\n"
                   "[    1.200000] Kernel panic - not syncing: Fatal "
                   "exception\n");
    CHECK(found.size() == 1);
  }

  SUBCASE("a repeated line without a stack is one crash")
  {
    std::string text;
    for (int i = 0; i < 5; ++i) {
      text += "BUG: Bad rss-counter state mm:1 type:MM_ANONPAGES val:36\n";
    }
    CHECK(crashes_in(text).size() == 1);
  }

  SUBCASE("another report starts another crash, marked as what follows")
  {
    const auto found = crashes_in(bug + end_trace + bug + end_trace);
    REQUIRE(found.size() == 2);
    CHECK_FALSE(found[0].follow_on);
    CHECK(found[1].follow_on);
    CHECK(found[0].end <= found[1].begin);
  }
}

TEST_CASE("CrashScanner finds the same crash from its first byte on")
{
  const std::string before = "[    0.500000] boot\n[    0.600000] more\n";
  const auto text = before + bug + end_trace;
  const auto found = crashes_in(text);
  REQUIRE(found.size() == 1);
  CHECK(found[0].begin == before.size());
  const auto again = crashes_in(text.substr(found[0].begin));
  REQUIRE(again.size() == 1);
  CHECK(again[0].title == found[0].title);
  CHECK(crashes_in(text.substr(found[0].end)).empty());
}

TEST_CASE("A machine that starts anew is a crash")
{
  const std::string boot = "[    0.000000] Linux version 6.1 (x)\n"
                           "[    2.000000] Run /init as init process\n";
  CHECK(crashes_in(boot).empty());
  const auto found = crashes_in(boot + boot);
  REQUIRE(found.size() == 1);
  CHECK(found[0].title == "unexpected kernel reboot");
  CHECK(found[0].type == "REBOOT");
}

TEST_CASE("CrashScanner keeps within its bounds")
{
  SUBCASE("crashes over the bound are counted only")
  {
    std::string text;
    for (int i = 0; i < 300; ++i) {
      text += bug + end_trace;
    }
    CrashScanner scanner;
    LineReader reader(scanner);
    reader.feed(text);
    scanner.finish();
    CHECK(scanner.crashes().size() == CrashLimits{}.crashes);
    CHECK(scanner.count() == 300);
  }

  SUBCASE("a report that never ends is closed, its excerpt bounded")
  {
    std::string text = bug;
    for (int i = 0; i < 20000; ++i) {
      text += "[    2.000000] " + std::string(300, 'y') + "\n";
    }
    const auto found = crashes_in(text);
    REQUIRE(found.size() == 1);
    CHECK(found[0].excerpt.size() <= CrashLimits{}.excerpt_bytes);
    CHECK(found[0].last_line_number < 2000);
  }

  SUBCASE("the same head over and over")
  {
    std::string text;
    for (int i = 0; i < 100000; ++i) {
      text += "BUG: Bad rss-counter state mm:1 type:MM_ANONPAGES val:36\n";
    }
    const auto found = crashes_in(text);
    REQUIRE(found.size() == 1);
    CHECK(found[0].last_line_number < CrashLimits{}.report_lines);
  }

  SUBCASE("heads alone, thousands of kinds at once")
  {
    std::string text;
    for (int i = 0; i < 3000; ++i) {
      text += "[    1.000000][T" + std::to_string(i) + "] BUG: soft lockup\n";
    }
    CHECK(crashes_in(text).size() == CrashLimits{}.crashes);
  }
}

TEST_CASE("What only sounds like a crash is none")
{
  for (const auto* line :
       {"INFO: lockdep is turned off.",
        "xlog_status BUG: none",
        "say kernel bug at",
        "---[ end Kernel panic - not syncing: x ]---",
        "app: Oops: I did it again",
        "WARNING: nvram corruption detected: 0-length partition",
        "watchdog: CPU 1 became unstuck TB:1",
        "Memory cgroup out of memory: Killed process 1 (x) total-vm:1kB",
        "INFO: task a:1 is blocked on a mutex likely owned by task b:2."}) {
    INFO(line);
    CHECK(crashes_in(std::string(line) + "\n").empty());
  }
}
