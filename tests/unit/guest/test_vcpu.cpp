// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/vcpu.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace oopsfarm;

// As QEMU 7.2 printed it, shortened.
static const std::string x86_text =
    "\n"
    "CPU#0\n"
    "RAX=0000000000000046 RBX=0000000000000006 RCX=0000000000004079 "
    "RDX=ffffffff81382793\n"
    "RSI=0000000000000000 RDI=ffff888003e77f58 RBP=ffff888003e77ee0 "
    "RSP=ffff888003e77ed8\n"
    "RIP=ffffffff810a2ff3 RFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 "
    "HLT=0\n"
    "\n"
    "CPU#1\n"
    "RSI=0000000000000000 RDI=0000000000000000 RBP=0000000000000000 "
    "RSP=00007fffffffdbe0\n"
    "RIP=0000000000402e38 RFL=00000206 [-----P-] CPL=3 II=0 A20=1 SMM=0 "
    "HLT=0\n";

static const std::string powerpc_text =
    "\n"
    "CPU#0\n"
    "NIP c0000000000a1b2c   LR c0000000000a1b28 CTR 0000000000000000 XER "
    "0000000000000000 CPU#0\n"
    "MSR 8000000002803033 HID0 0000000000000000  HF 3c000006 iidx 3 didx 3\n"
    "TB 00000000 00000000 DECR 00000000\n"
    "GPR00 0000000000000001 c000000002383be0 c000000001530700 "
    "0000000000000000\n"
    "GPR04 0000000000000000 0000000000000000 0000000000000000 "
    "0000000000000000\n"
    "\n"
    "CPU#1\n"
    "NIP 0000000010001234   LR 0000000010001230 CTR 0000000000000000 XER "
    "0000000000000000 CPU#1\n"
    "MSR 800000000280f033 HID0 0000000000000000  HF 3c000006 iidx 3 didx 3\n"
    "GPR00 0000000000000001 00007fffff000000 0000000000000000 "
    "0000000000000000\n";

TEST_CASE("guest::parse_registers")
{
  SUBCASE("of x86_64")
  {
    const auto all = parse_registers(Arch::x86_64, x86_text);
    REQUIRE(all.size() == 2);
    CHECK(all[0].cpu == 0);
    CHECK(all[0].pc == 0xffffffff810a2ff3);
    CHECK(all[0].stack == 0xffff888003e77ed8);
    CHECK(all[0].frame == 0xffff888003e77ee0);
    CHECK_FALSE(all[0].in_user_space);
    CHECK(all[1].cpu == 1);
    CHECK(all[1].in_user_space);
  }
  SUBCASE("of powerpc, whose lines name the CPU once more")
  {
    const auto all = parse_registers(Arch::ppc64le, powerpc_text);
    REQUIRE(all.size() == 2);
    CHECK(all[0].pc == 0xc0000000000a1b2c);
    CHECK(all[0].link == 0xc0000000000a1b28);
    CHECK(all[0].stack == 0xc000000002383be0);
    CHECK_FALSE(all[0].in_user_space);
    CHECK(all[1].in_user_space);
  }
  SUBCASE("leaves out what is not whole")
  {
    CHECK(parse_registers(Arch::x86_64, powerpc_text).empty());
    CHECK(parse_registers(Arch::ppc64le, x86_text).empty());
    CHECK(parse_registers(Arch::x86_64, "").empty());
    CHECK(parse_registers(Arch::x86_64, "CPU#x\nRIP=1 RSP=2 RBP=3").empty());
    for (std::size_t size = 0; size < powerpc_text.size(); ++size) {
      parse_registers(Arch::ppc64le, powerpc_text.substr(0, size));
    }
  }
}

TEST_CASE("guest::parse_words")
{
  CHECK(
      parse_words(Arch::x86_64,
                  "ffff888003e77ed8: 0x0000000000000006 0xffff888003e77ef0\n"
                  "ffff888003e77ee8: 0xffffffff81382713 0x00\n") ==
      std::vector<std::uint64_t>{6, 0xffff888003e77ef0, 0xffffffff81382713, 0});
  CHECK(parse_words(Arch::x86_64, "Cannot access memory at address 0x10\n")
            .empty());
  CHECK(parse_words(Arch::x86_64, "").empty());
  // a little-endian guest's words, as QEMU's big-endian machine shows them
  CHECK(parse_words(Arch::ppc64le, "c000000006063780: 0xb0370606000000c0\n") ==
        std::vector<std::uint64_t>{0xc0000000060637b0});
}

TEST_CASE("guest::parse_vcpu_threads")
{
  CHECK(parse_vcpu_threads("* CPU #0: thread_id=12345\n"
                           "  CPU #1: thread_id=12346\n") ==
        std::vector<pid_t>{12345, 12346});
  CHECK(parse_vcpu_threads("nothing thread_id=x").empty());
}

namespace {

/// Memory of a few words; counts the reads.
struct Memory
{
  std::optional<std::uint64_t> operator()(std::uint64_t address)
  {
    ++reads;
    const auto found = words.find(address);
    return found == words.end() ? std::nullopt : std::optional(found->second);
  }

  std::map<std::uint64_t, std::uint64_t> words;
  unsigned reads = 0;
};

} // namespace

TEST_CASE("guest::walk_stack on x86_64")
{
  constexpr std::uint64_t base = 0xffff888000001000;
  constexpr std::uint64_t code = 0xffffffff81000000;
  Memory memory;
  const auto walk = [&](std::uint64_t frame) {
    VcpuRegisters at;
    at.pc = code;
    at.frame = frame;
    return walk_stack(Arch::x86_64, at, std::ref(memory));
  };
  SUBCASE("follows frame pointers to the first that leads nowhere")
  {
    memory.words = {{base, base + 0x40},
                    {base + 8, code + 1},
                    {base + 0x40, 0},
                    {base + 0x48, code + 2}};
    CHECK(walk(base).callers == std::vector<std::uint64_t>{code + 1, code + 2});
  }
  SUBCASE("goes on below an interrupt, from the registers that it saved")
  {
    memory.words = {{base, (base + 0x100) | 1},
                    {base + 8, code + 1},
                    {base + 0x100 + 32, base + 0x200},
                    {base + 0x100 + 128, code + 2},
                    {base + 0x200, 0},
                    {base + 0x208, code + 3}};
    CHECK(walk(base).callers ==
          std::vector<std::uint64_t>{code + 1, code + 2, code + 3});
  }
  SUBCASE("ends at user space")
  {
    memory.words = {{base, 0x7fff0000}, {base + 8, 0x401000}};
    CHECK(walk(base).callers.empty());
  }
  SUBCASE("is bounded whatever the stack says")
  {
    memory.words = {{base, base + 0x10},
                    {base + 8, code},
                    {base + 0x10, base},
                    {base + 0x18, code}};
    CHECK(walk(base).callers.size() == max_callers);
    memory.words = {{base, base}, {base + 8, code}};
    CHECK(walk(base).callers.empty());
    CHECK(walk(0).callers.empty());
    CHECK(walk(base + 0x800).callers.empty());
  }
}

TEST_CASE("guest::walk_stack on powerpc")
{
  constexpr std::uint64_t base = 0xc000000000001000;
  constexpr std::uint64_t code = 0xc000000000100000;
  Memory memory;
  memory.words = {{base, base + 0x100},
                  {base + 0x110, code + 4},
                  {base + 0x100, base + 0x200},
                  {base + 0x210, 0}, // a frame without a caller
                  {base + 0x200, base + 0x300},
                  {base + 0x310, code + 8},
                  {base + 0x300, 0}};
  VcpuRegisters at;
  at.pc = code;
  at.stack = base;
  SUBCASE("follows the back chain")
  {
    at.link = code + 4; // saved by now
    CHECK(walk_stack(Arch::ppc64le, at, std::ref(memory)).callers ==
          std::vector<std::uint64_t>{code + 4, code + 8});
  }
  SUBCASE("has the link register's caller, too, where it is not saved")
  {
    at.link = code + 12;
    CHECK(walk_stack(Arch::ppc64le, at, std::ref(memory)).callers ==
          std::vector<std::uint64_t>{code + 12, code + 4, code + 8});
  }
  SUBCASE("leaves user space alone")
  {
    at.in_user_space = true;
    CHECK(walk_stack(Arch::ppc64le, at, std::ref(memory)).callers.empty());
    CHECK(memory.reads == 0);
  }
  SUBCASE("is bounded whatever the chain says")
  {
    memory.words = {{base, base + 0x10}, {base + 0x10, base}};
    memory.words[base + 0x10] = 0; // frames without a caller, in a circle
    memory.words[base + 0x20] = 0;
    memory.words[base] = base + 0x100;
    memory.words[base + 0x100] = base;
    memory.words[base + 0x110] = 0;
    CHECK(walk_stack(Arch::ppc64le, at, std::ref(memory)).callers.empty());
    CHECK(memory.reads <= 2 * max_callers);
  }
}
