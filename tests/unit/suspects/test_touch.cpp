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
               "@@ -10,3 +10,3 @@ void exit_mmap(struct mm *mm)\n"
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
               "@@ -1,7 +1,11 @@ static int before(void)\n"
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
                              "@@ -1,2 +1,4 @@\n"
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

TEST_CASE("touch_of tells what is locked or freed otherwise from what moves")
{
  const auto touch = touch_of("diff --git a/mm/a.c b/mm/a.c\n"
                              "--- a/mm/a.c\n"
                              "+++ b/mm/a.c\n"
                              "@@ -1,7 +1,10 @@ static int before(void)\n"
                              "+static void drop_it(struct mm *mm)\n"
                              "+{\n"
                              "+\tkfree(mm->table);\n"
                              "+}\n"
                              " void f(struct mm *mm)\n"
                              " {\n"
                              "-\tmmap_write_lock(mm);\n"
                              "-\tkfree(mm->table);\n"
                              "-\t * in a comment: rcu_read_lock(x)\n"
                              "+\tdrop_it(mm);\n"
                              "+\tset(atomic_inc(&mm->users));\n"
                              " }\n"
                              " \n");
  CHECK(touch.lifetime == Names{"atomic_inc", "mmap_write_lock"});
  CHECK(touch.functions == Names{"drop_it", "f"});
}

TEST_CASE("touch_of reads names as the series' own check does")
{
  CHECK(touch_of("diff --git \"a/mm/\\303\\244.c\" \"b/mm/\\303\\244.c\"\n"
                 "--- \"a/mm/\\303\\244.c\"\n"
                 "+++ \"b/mm/\\303\\244.c\"\n"
                 "@@ -1,1 +1,1 @@\n"
                 "-a\n"
                 "+b\n")
            .files == Names{"mm/\303\244.c"});
}
