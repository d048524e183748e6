// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/stack.h"
#include "unit/triage/scan.h"

#include <doctest/doctest.h>

#include <string>

using namespace oopsfarm;

static std::string symbols_of(const Crash& crash)
{
  std::string text;
  for (const auto& frame : crash.stack) {
    text += (text.empty() ? "" : " ") + std::string(frame.trusted ? "" : "?") +
            frame.symbol;
  }
  return text;
}

TEST_CASE("parse_crash_frame keeps suffix, offset and size")
{
  const auto frame = parse_crash_frame(" ? free_pages.isra.0+0x1c/0x2f0");
  REQUIRE(frame);
  CHECK(frame->symbol == "free_pages.isra.0");
  CHECK(frame->offset == 0x1c);
  CHECK(frame->size == 0x2f0);
  CHECK_FALSE(frame->trusted);
  CHECK_FALSE(parse_crash_frame("no frame here"));

  const auto power = parse_crash_frame(
      "[c000000004a2f9f0] [c0000000004a4b8c] reap_task+0x28/0x50 (unreliable)");
  REQUIRE(power);
  CHECK(power->symbol == "reap_task");
  CHECK(power->offset == 0x28);
  CHECK(power->size == 0x50);
}

TEST_CASE("a crash has its own stack, not the others of its report")
{
  const auto crashes = crashes_in(
      "[    1.0] x\n"
      "[    2.000000] BUG: KASAN: use-after-free in reap_mm+0x10/0x80\n"
      "[    2.000001] Read of size 8 at addr ffff888003a1c040 by task "
      "memcg/41\n"
      "[    2.000002] CPU: 1 PID: 41 Comm: memcg Not tainted 6.1.0 #1 "
      "0123456789abcdef0123456789abcdef01234567\n"
      "[    2.000003] Call Trace:\n"
      "[    2.000004]  <TASK>\n"
      "[    2.000005]  dump_stack_lvl+0x34/0x48\n"
      "[    2.000006]  reap_mm+0x10/0x80\n"
      "[    2.000007]  ? reap_task+0x1/0x10\n"
      "[    2.000008]  oom_reaper+0x40/0x90\n"
      "[    2.000009]  </TASK>\n"
      "[    2.000010] Allocated by task 40:\n"
      "[    2.000011]  kmem_cache_alloc+0x10/0x20\n"
      "[    2.000012] Freed by task 41:\n"
      "[    2.000013]  kmem_cache_free+0x10/0x20\n");
  REQUIRE(crashes.size() == 1);
  CHECK(symbols_of(crashes[0]) ==
        "dump_stack_lvl reap_mm ?reap_task oom_reaper");
  CHECK(crashes[0].build_id == "0123456789abcdef0123456789abcdef01234567");
  CHECK(crashes[0].code.empty());
}

TEST_CASE("code is the kernel's, not that of the program that called it")
{
  const std::string user = "[    3.000009] RIP: 0033:0x7f1234\n"
                           "[    3.000010] Code: 48 3d <0f> 0b\n";
  const std::string kernel = "[    3.000000] kernel BUG at mm/mmap.c:100!\n"
                             "[    3.000001] RIP: 0010:exit_mm+0x4/0x10\n";
  CHECK(crashes_in(kernel + "[    3.000002] Code: 55 <0f> 0b\n" + user)
            .at(0)
            .code == "55 <0f> 0b");
  CHECK(crashes_in(kernel + user).at(0).code.empty());
  CHECK(crashes_in(kernel + "[    3.000002] Code: Bad RIP value.\n")
            .at(0)
            .code.empty());
}

TEST_CASE("powerpc's instruction dump is joined")
{
  const auto crashes = crashes_in(
      "[    3.000000] kernel BUG at mm/mmap.c:100!\n"
      "[    3.000001] NIP [c000000000012340] exit_mm+0x40/0x90\n"
      "[    3.000002] LR [c000000000012300] mmput+0x20/0x90\n"
      "[    3.000003] Call Trace:\n"
      "[    3.000004] [c000000004a2f9f0] [c0000000000123a0] mmput+0x20/0x90\n"
      "[    3.000005] Instruction dump:\n"
      "[    3.000006] 60000000 60000000 3c4c0112 \n"
      "[    3.000007] 7c0802a6 <0fe00000> 4e800020 \n"
      "[    3.000008] ---[ end trace 0000000000000000 ]---\n");
  REQUIRE(crashes.size() == 1);
  CHECK(crashes[0].code ==
        "60000000 60000000 3c4c0112 7c0802a6 <0fe00000> 4e800020");
  CHECK(symbols_of(crashes[0]) == "exit_mm mmput mmput");
  CHECK(crashes[0].stack[0].kind == FrameKind::fault);
  CHECK(crashes[0].stack[1].kind == FrameKind::link);
}
