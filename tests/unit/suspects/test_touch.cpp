// SPDX-License-Identifier: GPL-2.0-or-later
#include "suspects/touch.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

using Names = std::set<std::string>;

TEST_CASE("touch_of takes the function behind the hunk's @@")
{
  const auto touch =
      touch_of("diff --git a/mm/mmap.c b/mm/mmap.c\n"
               "index 1..2 100644\n"
               "--- a/mm/mmap.c\n"
               "+++ b/mm/mmap.c\n"
               "@@ -10,4 +10,4 @@ void exit_mmap(struct mm *mm)\n"
               " \tint a;\n"
               "-\ta = take(mm);\n"
               "+\ta = give(mm);\n"
               " \treturn;\n");
  CHECK(touch.files == Names{"mm/mmap.c"});
  CHECK(touch.functions == Names{"exit_mmap"});
}

TEST_CASE("touch_of follows functions through a hunk")
{
  const auto touch =
      touch_of("--- a/mm/a.c\n"
               "+++ b/mm/a.c\n"
               "@@ -1,9 +1,10 @@ static int before(void)\n"
               " \treturn 0;\n"
               " }\n"
               " \n"
               "+static bool __ref added(int a,\n"
               "+\t\t\tint b)\n"
               "+{\n"
               "+\treturn a;\n"
               "+}\n"
               " \n"
               " SYSCALL_DEFINE2(mlock, long, start, long, len)\n"
               " {\n"
               "-\treturn 1;\n");
  CHECK(touch.functions == Names{"added", "mlock"});
}

TEST_CASE("touch_of takes neither declarations nor text at the margin")
{
  const auto touch = touch_of("--- a/mm/a.h\n"
                              "+++ b/mm/a.h\n"
                              "@@ -1,3 +1,4 @@\n"
                              " #include <linux/mm.h>\n"
                              "+int declared(int a);\n"
                              "+#define MACRO(a) (a)\n"
                              " /* words (in brackets) */\n");
  CHECK(touch.files == Names{"mm/a.h"});
  CHECK(touch.functions.empty());
  CHECK(touch_of("").files.empty());
  CHECK(touch_of("@@ \n+x(\n@@ -1 +1 @@").functions == Names{"x"});
}

TEST_CASE("a removed line that looks like a file's name is none")
{
  const auto touch = touch_of("--- a/mm/a.c\n"
                              "+++ b/mm/a.c\n"
                              "@@ -1,2 +1,1 @@ int f(void)\n"
                              "--- a/etc/passwd\n"
                              " \treturn;\n");
  CHECK(touch.files == Names{"mm/a.c"});
}
