// SPDX-License-Identifier: GPL-2.0-or-later
#include "mails.h"
#include "series/diff.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using namespace oopsfarm::testing;

using Names = std::vector<std::string>;

static Names names_of(const std::string& text)
{
  const auto diff = parse_diff(text);
  REQUIRE_MESSAGE(diff, diff.error().message);
  return diff->names();
}

static std::string error_of(const std::string& text)
{
  const auto diff = parse_diff(text);
  REQUIRE_FALSE(diff);
  CHECK(diff.error().fault == Fault::user);
  return diff.error().message;
}

TEST_CASE("series::parse_diff names")
{
  SUBCASE("a change, with text around it")
  {
    CHECK(names_of("words\n---\n mm/a.c | 2 +-\n\n" + diff_of("mm/a.c") +
                   "-- \n2.39\n") == Names{"mm/a.c"});
  }
  SUBCASE("text without a diff has none")
  {
    CHECK(names_of("--- is a dash\n+++ are pluses\n@@ at\n").empty());
    CHECK(names_of("> " + diff_of("quoted").substr(0, 40)).empty());
  }
  SUBCASE("new and deleted files")
  {
    CHECK(names_of("diff --git a/n b/n\nnew file mode 100644\nindex 0..1\n"
                   "--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n"
                   "diff --git a/d b/d\ndeleted file mode 100644\nindex 1..0\n"
                   "--- a/d\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n") ==
          Names{"d", "n"});
  }
  SUBCASE("renames and modes without hunks")
  {
    CHECK(names_of("diff --git a/old name b/new\nsimilarity index 100%\n"
                   "rename from old name\nrename to new\n"
                   "diff --git a/run it b/run it\nold mode 100644\n"
                   "new mode 100755\n") == Names{"new", "old name", "run it"});
  }
  SUBCASE("plain unified diffs with time stamps")
  {
    CHECK(names_of("--- linux.orig/mm/a.c\t2023-01-01 00:00:00\n"
                   "+++ linux/mm/a.c\t2023-01-02 00:00:00\n"
                   "@@ -1 +1 @@\n-a\n+b\n") == Names{"mm/a.c"});
  }
  SUBCASE("quoted names")
  {
    CHECK(names_of("diff --git \"a/\\303\\244\\\\\" \"b/\\303\\244\\\\\"\n"
                   "--- \"a/\\303\\244\\\\\"\n+++ \"b/\\303\\244\\\\\"\n"
                   "@@ -1 +1 @@\n-a\n+b\n") == Names{"ä\\"});
  }
  SUBCASE("binary patches")
  {
    CHECK(names_of("diff --git a/x.bin b/x.bin\nindex 1..2 100644\n"
                   "GIT binary patch\nliteral 3\nKcmZ>d\n\nliteral 0\n"
                   "HcmV?d00001\n\n") == Names{"x.bin"});
  }
  SUBCASE("several hunks, one without its lines' counts")
  {
    const auto diff = parse_diff("diff --git a/f b/f\n--- a/f\n+++ b/f\n"
                                 "@@ -5 +5 @@ int f(void)\n-a\n+b\n"
                                 "\\ No newline at end of file\n"
                                 "@@ -90,2 +90,3 @@\n c\n\n+d\n");
    REQUIRE(diff);
    CHECK(diff->files[0].hunks == std::vector<unsigned>{5, 90});
  }
}

TEST_CASE("series::parse_diff damage")
{
  SUBCASE("a wrapped line is found, and named with its file and hunk")
  {
    const auto words = error_of(
        "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a very long\n"
        "line that was wrapped\n-a\n+b\n c\n");
    CHECK(words.find("f, hunk 1") != std::string::npos);
    CHECK(words.find("line that was wrapped") != std::string::npos);
  }
  SUBCASE("a cut hunk is found")
  {
    CHECK(error_of("diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a")
              .find("(end)") != std::string::npos);
  }
  SUBCASE("too many removed lines are found")
  {
    CHECK(error_of("diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n"
                   " a\n-b\n-c\n+d\n+e\n")
              .find("damaged") != std::string::npos);
  }
  SUBCASE("counts beyond any file are found, and take no time")
  {
    error_of("diff --git a/f b/f\n--- a/f\n+++ b/f\n"
             "@@ -1,999999999 +1,999999999 @@\n a\n");
  }
}

TEST_CASE("series::parse_diff safety")
{
  SUBCASE("names that leave the tree, or are git's own, are refused")
  {
    for (const char* name : {"../x",
                             "a/../../x",
                             "/etc/passwd",
                             ".git/config",
                             "sub/.GIT/hooks/x",
                             "a//b",
                             "./x"}) {
      CAPTURE(name);
      const std::string text = std::string("--- a/") + name + "\n+++ b/" +
                               name + "\n@@ -1 +1 @@\n-a\n+b\n";
      CHECK(error_of(text).find("refuses to touch") != std::string::npos);
      CHECK(error_of("diff --git a/ok b/ok2\nsimilarity index 100%\n"
                     "rename from ok\nrename to " +
                     std::string(name) + "\n")
                .find("refuses to touch") != std::string::npos);
    }
    CHECK(error_of("diff --git a/../x b/../x\nold mode 100644\n"
                   "new mode 100755\n")
              .find("refuses") != std::string::npos);
    CHECK(error_of("--- a/x\n+++ \"b/..\\057x\"\n@@ -1 +1 @@\n-a\n+b\n")
              .find("refuses") != std::string::npos);
    CHECK(error_of("--- a/x\n+++ \"b/a\\nb\"\n@@ -1 +1 @@\n-a\n+b\n")
              .find("control characters") != std::string::npos);
  }
  SUBCASE("symbolic links and submodules are refused, their removal is not")
  {
    const std::string body = "--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n";
    for (const char* header : {"new file mode 120000",
                               "new file mode 160000",
                               "old mode 100644\nnew mode 120000",
                               "index 123..456 120000"}) {
      CAPTURE(header);
      CHECK(error_of(std::string("diff --git a/l b/l\n") + header + "\n" + body)
                .find("symbolic links") != std::string::npos);
    }
    CHECK(names_of("diff --git a/l b/l\ndeleted file mode 120000\n"
                   "index 123..000\n--- a/l\n+++ /dev/null\n"
                   "@@ -1 +0,0 @@\n-/etc\n") == Names{"l"});
  }
}
