// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/signature.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static std::string
signature(const char* title, const char* frame, const char* type = "")
{
  Crash crash;
  crash.title = title;
  crash.frame = frame;
  crash.type = type;
  return signature_of(crash);
}

TEST_CASE("source_name takes off what the compiler and the ABI added")
{
  CHECK(source_name("exit_mmap") == "exit_mmap");
  CHECK(source_name("exit_mmap.isra.0") == "exit_mmap");
  CHECK(source_name("exit_mmap.constprop.0.cold") == "exit_mmap");
  CHECK(source_name("__oom_kill_process.part.12") == "__oom_kill_process");
  CHECK(source_name(".exit_mmap") == "exit_mmap");
  CHECK(source_name("") == "");
}

TEST_CASE("A signature is the kind of fault and the function")
{
  const auto plain = signature("kernel BUG in exit_mmap", "exit_mmap", "BUG");
  CHECK(plain.size() == 12);
  SUBCASE("the compiler's clones are the same function")
  {
    CHECK(signature("kernel BUG in exit_mmap.isra.0",
                    "exit_mmap.isra.0",
                    "BUG") == plain);
  }
  SUBCASE("another function or another fault is another group")
  {
    CHECK(signature("kernel BUG in exit_mm", "exit_mm", "BUG") != plain);
    CHECK(signature("WARNING in exit_mmap", "exit_mmap", "WARNING") != plain);
  }
  SUBCASE("a null pointer is one on both architectures")
  {
    const auto* const type = "NULL-POINTER-DEREFERENCE";
    CHECK(
        signature("BUG: unable to handle kernel NULL pointer dereference in f",
                  "f",
                  type) ==
        signature("BUG: Kernel NULL pointer dereference in f", "f", type));
  }
  SUBCASE("without a function the title stands alone")
  {
    CHECK(signature("kernel panic: x", "") != signature("kernel panic: y", ""));
  }
}
