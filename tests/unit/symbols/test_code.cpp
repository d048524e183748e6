// SPDX-License-Identifier: GPL-2.0-or-later
#include "symbols/code.h"

#include <doctest/doctest.h>

#include <string>

using namespace oopsfarm;

TEST_CASE("parse_code takes x86's bytes")
{
  const auto code = parse_code("0f 0b 48 <8b> 00 c3");
  REQUIRE(code);
  CHECK(code->arch == Arch::x86_64);
  CHECK(code->bytes == std::string("\x0f\x0b\x48\x8b\0\xc3", 6));
  CHECK(code->fault == 3);
}

TEST_CASE("parse_code takes powerpc's words, as they lie in memory")
{
  const auto code = parse_code("7c0802a6 60000000 <0fe00000> 4e800020");
  REQUIRE(code);
  CHECK(code->arch == Arch::ppc64le);
  CHECK(code->bytes.size() == 16);
  CHECK(code->bytes.substr(0, 4) == "\xa6\x02\x08\x7c");
  CHECK(code->fault == 8);
}

TEST_CASE("parse_code refuses what is no code or has no fault")
{
  CHECK_FALSE(parse_code(""));
  CHECK_FALSE(parse_code("0f 0b 48"));
  CHECK_FALSE(parse_code("0f <0b> 7c0802a6"));
  CHECK_FALSE(parse_code("7c0802a6 <XXXXXXXX>"));
  CHECK_FALSE(parse_code("e5933000 (e5832000)")); // arm
  CHECK_FALSE(parse_code("<f>"));
  std::string endless = "<0f>";
  for (int i = 0; i < 4000; ++i) {
    endless += " 0f";
  }
  CHECK_FALSE(parse_code(endless));
}
