// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/make_output.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static MakeOutput after(const std::vector<std::string>& errors)
{
  MakeOutput output;
  for (const auto& line : errors) {
    output.err_line(line);
  }
  return output;
}

TEST_CASE("MakeOutput counts")
{
  MakeOutput output;

  SUBCASE("objects that were compiled or assembled for the kernel")
  {
    CHECK(output.out_line("  CC      mm/oom_kill.o"));
    CHECK(output.current() == "mm/oom_kill.o");
    CHECK(output.out_line("  AS      arch/x86/entry/entry_64.o"));
    CHECK_FALSE(output.out_line("  HOSTCC  scripts/basic/fixdep"));
    CHECK_FALSE(output.out_line("  AR      mm/built-in.a"));
    CHECK_FALSE(output.out_line("  LD      vmlinux.o"));
    CHECK_FALSE(output.out_line("make: Entering directory '/build/src'"));
    CHECK_FALSE(output.out_line("   CC"));
    CHECK_FALSE(output.out_line("  CC"));
    CHECK(output.objects() == 2);
    CHECK(output.current() == "vmlinux.o");
  }

  SUBCASE("nothing from text that is not fit for a terminal")
  {
    output.out_line("  CC      mm/\x1b[31m.o");
    CHECK(output.current() == "mm/?[31m.o");
    CHECK_FALSE(output.out_line("  CC      " + std::string(100000, 'x')));
  }
}

TEST_CASE("MakeOutput reads errors")
{
  SUBCASE("the first compiler error is the title, without its column")
  {
    const auto output = after(
        {"/build/src/mm/oom_kill.c: In function \u2018oom_kill\u2019:",
         "/build/src/mm/oom_kill.c:12:7: warning: unused",
         "/build/src/mm/oom_kill.c:13:9: error: \u2018x\u2019 undeclared",
         "   13 |   x = 1;",
         "      |   ^",
         "/build/src/mm/oom_kill.c:20:1: error: second",
         "make[3]: *** [scripts/Makefile.build:250: mm/oom_kill.o] Error 1"});
    CHECK(output.title() == "mm/oom_kill.c:13: error: 'x' undeclared");
    CHECK(output.detail() == "mm/oom_kill.c:13:9: error: 'x' undeclared\n"
                             "   13 |   x = 1;\n"
                             "      |   ^\n"
                             "mm/oom_kill.c:20:1: error: second");
  }

  SUBCASE("the linker's comes before make's")
  {
    const auto output =
        after({"make[1]: *** [Makefile:1: vmlinux] Error 1",
               "ld: mm/memory.o: in function `f':",
               "memory.c:(.text+0x1): undefined reference to `g'"});
    CHECK(output.title() == "memory.c:(.text+0x1): undefined reference to `g'");
  }

  SUBCASE("make's own is better than nothing")
  {
    CHECK(after({"noise", "make: *** No rule to make target 'x'.  Stop."})
              .title() == "make: *** No rule to make target 'x'.  Stop.");
  }

  SUBCASE("without any error the last line says most")
  {
    CHECK(after({"a", "b"}).title() == "b");
    CHECK(after({"a", "b"}).detail() == "a\nb");
    CHECK(after({}).title().empty());
  }

  SUBCASE("an assembler's, a missing header and a broken Kconfig are found")
  {
    CHECK(after({"a.S:3: Error: no such instruction: `foo'"}).title() ==
          "a.S:3: Error: no such instruction: `foo'");
    CHECK(after({"mm/a.c:1:10: fatal error: x.h: No such file"}).title() ==
          "mm/a.c:1: fatal error: x.h: No such file");
    CHECK(after({"mm/Kconfig:12: syntax error"}).title() ==
          "mm/Kconfig:12: syntax error");
  }

  SUBCASE("a compiler that was killed for memory is told apart")
  {
    CHECK(after({"gcc: fatal error: Killed signal terminated program cc1"})
              .out_of_memory());
    CHECK_FALSE(after({"mm/a.c:1: error: Killed"}).out_of_memory());
  }

  SUBCASE("endless and evil output stays small and printable")
  {
    MakeOutput output;
    for (int i = 0; i < 5000; ++i) {
      output.err_line("a.c:1:1: error: \x1b]0;evil\x07" +
                      std::string(10000, 'x'));
    }
    CHECK(output.detail().size() < 20000);
    CHECK(output.title().find('\x1b') == std::string::npos);
  }
}
