// SPDX-License-Identifier: GPL-2.0-or-later
#include "elf_bytes.h"
#include "payload/program_file.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using testing::elf_bytes;
using testing::ElfOptions;

static std::string refusal(const std::string& bytes, Arch arch = Arch::x86_64)
{
  const auto program = inspect_program(bytes, arch);
  REQUIRE_FALSE(program.has_value());
  CHECK(program.error().fault == Fault::user);
  return program.error().message;
}

static bool has(const std::string& text, const std::string& words)
{
  return text.find(words) != std::string::npos;
}

TEST_CASE("inspect_program takes what a guest can start")
{
  ElfOptions ppc;
  ppc.machine = EM_PPC64;
  ElfOptions pie;
  pie.type = ET_DYN;
  CHECK(inspect_program(elf_bytes(), Arch::x86_64).has_value());
  CHECK(inspect_program(elf_bytes(ppc), Arch::ppc64le).has_value());
  CHECK(inspect_program(elf_bytes(pie), Arch::x86_64).has_value());
  CHECK(inspect_program("#!/bin/sh\nexit 0\n", Arch::x86_64)->interpreter ==
        "/bin/sh");
  CHECK(
      inspect_program("#! /bin/busybox sh -e\n", Arch::ppc64le)->interpreter ==
      "/bin/busybox");
  CHECK(inspect_program("#!/bin/sh", Arch::x86_64)->interpreter == "/bin/sh");
}

TEST_CASE("inspect_program refuses programs for another machine, by its name")
{
  ElfOptions other;
  SUBCASE("the farm's other architecture")
  {
    CHECK(refusal(elf_bytes(), Arch::ppc64le) ==
          "is a program for x86_64, and this target's guests are ppc64le");
  }
  SUBCASE("i386, which the kernels are built without")
  {
    other.machine = EM_386;
    other.elf_class = ELFCLASS32;
    CHECK(has(refusal(elf_bytes(other)), "for i386"));
  }
  SUBCASE("big-endian ppc64")
  {
    other.machine = EM_PPC64;
    other.data = ELFDATA2MSB;
    CHECK(has(refusal(elf_bytes(other), Arch::ppc64le), "big-endian ppc64"));
  }
  SUBCASE("any other")
  {
    other.machine = 243;
    CHECK(has(refusal(elf_bytes(other)), "ELF machine 243"));
  }
}

TEST_CASE("inspect_program refuses what is no static program")
{
  ElfOptions options;
  SUBCASE("a dynamic one, and names its linker")
  {
    options.linker = "/lib64/ld-linux-x86-64.so.2";
    const auto words = refusal(elf_bytes(options));
    CHECK(has(words, "wants /lib64/ld-linux-x86-64.so.2"));
    CHECK(has(words, "-static"));
  }
  SUBCASE("an object file")
  {
    options.type = ET_REL;
    CHECK(has(refusal(elf_bytes(options)), "object file"));
  }
  SUBCASE("a core dump")
  {
    options.type = ET_CORE;
    CHECK(has(refusal(elf_bytes(options)), "core dump"));
  }
  SUBCASE("a library")
  {
    options.type = ET_DYN;
    options.entry = 0;
    CHECK(has(refusal(elf_bytes(options)), "library"));
  }
}

TEST_CASE("inspect_program refuses text that no kernel would start")
{
  CHECK(refusal("") == "is empty");
  CHECK(has(refusal("echo hello\n"), "neither an ELF program nor a script"));
  CHECK(has(refusal("#!/bin/sh\r\nexit 0\r\n"), "DOS"));
  CHECK(has(refusal("#!\n"), "names no interpreter"));
  CHECK(has(refusal("#!sh\n"), "names no interpreter"));
  CHECK(has(refusal("#!/" + std::string(300, 'x') + "\n"), "too long"));
}

TEST_CASE("inspect_program survives damaged files")
{
  ElfOptions options;
  options.linker = "/lib/ld.so";
  const auto good = elf_bytes(options);
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_FALSE(
        inspect_program(good.substr(0, size), Arch::x86_64).has_value());
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char byte : {'\0', '\x7f', '\xff'}) {
      auto damaged = good;
      damaged[i] = byte;
      static_cast<void>(inspect_program(damaged, Arch::x86_64));
    }
  }
}
