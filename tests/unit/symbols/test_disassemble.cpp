// SPDX-License-Identifier: GPL-2.0-or-later
#include "symbols/disassemble.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace oopsfarm;

static std::string text_at(const std::vector<Instruction>& code, long offset)
{
  const auto found =
      std::find_if(code.begin(), code.end(), [&](const Instruction& one) {
        return one.offset == offset;
      });
  return found == code.end() ? "none" : found->text;
}

static std::vector<Instruction> instructions(std::string_view dump)
{
  const auto code = parse_code(dump);
  REQUIRE(code);
  SystemProcessRunner runner;
  auto found = disassemble(*code, runner, Stop{});
  if (!found) {
    MESSAGE("skipped: " << found.error().message);
    return {};
  }
  return *std::move(found);
}

TEST_CASE("parse_objdump reads offsets and text, and nothing else")
{
  const auto code = parse_objdump("\n/tmp/code:     file format binary\n\n"
                                  "0000000000000000 <.data>:\n"
                                  "   0:\tpush   %rbp\n"
                                  "   1:\tmov    %rsp,%rbp \n"
                                  "\t...\n"
                                  "  1c:\tud2    \n",
                                  1);
  REQUIRE(code.size() == 3);
  CHECK(code[0].offset == -1);
  CHECK(code[0].text == "push %rbp");
  CHECK(code[1].text == "mov %rsp,%rbp");
  CHECK(code[2].offset == 0x1b);
  CHECK(code[2].text == "ud2");
}

TEST_CASE("disassemble finds x86's instruction at fault")
{
  const auto code = instructions("55 48 89 e5 <0f> 0b c3");
  if (!code.empty()) {
    CHECK(text_at(code, -4) == "push %rbp");
    CHECK(text_at(code, 0) == "ud2");
    CHECK(text_at(code, 2) == "ret");
  }
}

TEST_CASE("disassemble leaves out the rest of an instruction that was cut")
{
  // The end of "movabs $…,%rax" reads as something that swallows the fault.
  const auto code = instructions("00 00 48 <8b> 07 c3");
  if (!code.empty()) {
    CHECK(text_at(code, 0) == "mov (%rdi),%eax");
  }
}

TEST_CASE("disassemble knows powerpc")
{
  const auto code = instructions("7c0802a6 <e8640000> 4e800020");
  if (!code.empty()) {
    CHECK(text_at(code, -4) == "mflr r0");
    CHECK(text_at(code, 0) == "ld r3,0(r4)");
    CHECK(text_at(code, 4) == "blr");
  }
}
