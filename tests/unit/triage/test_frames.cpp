// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/blame.h"
#include "triage/frames.h"
#include "triage/helpers.h"
#include "triage/titles.h"

#include <doctest/doctest.h>

#include <string>

using namespace oopsfarm;

static std::string name_of(std::string_view text)
{
  const auto frame = parse_frame(text);
  return frame ? std::string(frame->name) : "";
}

TEST_CASE("parse_frame reads stacks of every form")
{
  CHECK(name_of(" f+0x1/0x2") == "f");
  CHECK(name_of(" [<ffffffff81000000>] f+0x1/0x2") == "f");
  CHECK(name_of(" [<ffffffff81000000>] ? f+0x1/0x2 [mod]") == "f");
  CHECK(name_of("[c000000000001230] [c000000000004560] .f.isra.0+0x1/0x2") ==
        "f");
  CHECK(name_of(" f.cold+0x1/0x2 mm/x.c:12") == "f");
  CHECK(name_of(" f mm/x.c:12 [inline]") == "f");
  CHECK(name_of("f (mm/x.c:12 mm/y.c:3)") == "f");
  CHECK(name_of("[<80101010>] (f) from [<80101020>] (g+0x1/0x2)") == "f");
  CHECK(name_of(" f from g+0x1/0x2") == "f");
  CHECK(name_of("[c000000007b3fa40] [c000000000311a00] 0xc000000000311a00") ==
        "");
}

TEST_CASE("parse_frame reads registers of every form")
{
  const auto kind = [](std::string_view text) {
    const auto frame = parse_frame(text);
    REQUIRE(frame);
    CHECK(frame->name == "f");
    return frame->kind;
  };
  CHECK(kind("RIP: 0010:f+0x1/0x2") == FrameKind::fault);
  CHECK(kind("RIP: 0010:[<ffffffff81>]  [<ffffffff81>] f+0x1/0x2") ==
        FrameKind::fault);
  CHECK(kind("NIP [c000000000400a40] f+0x40/0x90") == FrameKind::fault);
  CHECK(kind("LR [c000000000400a40] f+0x40/0x90") == FrameKind::link);
  CHECK(kind("pc : f+0x40/0x90") == FrameKind::fault);
  CHECK(kind("PC is at f+0x40/0x90") == FrameKind::fault);
  CHECK(kind(" (&x){+.+.}, at: f+0x1/0x2") == FrameKind::lock);
  CHECK(name_of("RIP: 0033:0x7f0011223344") == "");
  CHECK(name_of("NIP [0000000000000000] 0x0") == "");
}

TEST_CASE("parse_frame trusts what the unwinder is sure of")
{
  CHECK(parse_frame(" f+0x1/0x2")->trusted);
  CHECK_FALSE(parse_frame(" ? f+0x1/0x2")->trusted);
  CHECK_FALSE(
      parse_frame(
          "[c000000000001230] [c000000000001230] f+0x1/0x2 (unreliable)")
          ->trusted);
  CHECK_FALSE(parse_frame(" f mm/x.c:12 [inline]")->trusted);
}

TEST_CASE("parse_frame survives anything")
{
  for (const auto* text : {"",
                           " ",
                           "[",
                           "[<",
                           "RIP:",
                           "RIP: ",
                           "NIP [",
                           "? ",
                           "(",
                           "() from",
                           " at: ",
                           "+0x",
                           ".+0x1",
                           "f+0x"}) {
    INFO(text);
    const auto frame = parse_frame(text);
    CHECK((!frame || !frame->name.empty()));
  }
}

TEST_CASE("is_helper and is_anchor")
{
  CHECK(is_helper("__kmalloc"));
  CHECK(is_helper("_raw_spin_lock_irqsave"));
  CHECK(is_helper("dump_stack_lvl"));
  CHECK_FALSE(is_helper("exit_mmap"));
  // Patterns hold whole words: these only contain one.
  CHECK_FALSE(is_helper("mem_cgroup_read_u64"));
  CHECK_FALSE(is_helper("alloc_slab_obj_exts_early"));
  CHECK(is_anchor("do_syscall_64"));
  CHECK_FALSE(is_anchor("exit_mmap"));
}

TEST_CASE("clean_title")
{
  CHECK(clean_title("bad  thing at ffff8880deadbee0\x01!") ==
        "bad thing at ADDR!");
  CHECK(clean_title("pid 123 of f+0x12/0x34") == "pid NUM of f");
  CHECK(clean_title("x86 sha256 f_2") == "x86 sha256 f_2");
  CHECK(clean_title(std::string(500, 'q')).size() == 120);
}

TEST_CASE("function_names")
{
  using Names = std::vector<std::string>;
  CHECK(function_names("exit_mmap") == Names{"exit_mmap"});
  CHECK(function_names("__se_sys_mremap") ==
        Names{"mremap", "sys_mremap", "__se_sys_mremap"});
  CHECK(function_names("__x64_sys_futex") ==
        Names{"sys_futex", "__x64_sys_futex"});
}
