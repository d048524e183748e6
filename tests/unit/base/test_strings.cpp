// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("base::split_lines")
{
  SUBCASE("takes CRLF and LF, and no empty line for a final newline")
  {
    CHECK(split_lines("a\r\nb\n") == std::vector<std::string>{"a", "b"});
  }
  SUBCASE("keeps a last line without a newline, and empty lines within")
  {
    CHECK(split_lines("a\n\nb") == std::vector<std::string>{"a", "", "b"});
  }
  SUBCASE("gives nothing for nothing")
  {
    CHECK(split_lines("").empty());
  }
}

TEST_CASE("base::split and join are inverses")
{
  const std::string text = ",a,,b,";
  CHECK(split(text, ',').size() == 5);
  CHECK(join(split(text, ','), ",") == text);
}

TEST_CASE("base::trim")
{
  CHECK(trim(" \t a b\n") == "a b");
  CHECK(trim(" \n").empty());
}

TEST_CASE("base::replace_all")
{
  CHECK(replace_all("aaa", "a", "aa") == "aaaaaa");
  CHECK(replace_all("x", "y", "z") == "x");
}

TEST_CASE("base::nearest")
{
  const std::vector<std::string> names = {
      "x86_64", "ppc64le-radix", "ppc64le-hash"};
  SUBCASE("finds a name with a letter missing or swapped")
  {
    CHECK(nearest("x86_6", names) == "x86_64");
    CHECK(nearest("ppc64le-hsah", names) == "ppc64le-hash");
  }
  SUBCASE("does not care for case")
  {
    CHECK(nearest("X86_64", names) == "x86_64");
  }
  SUBCASE("finds nothing for a word that is like none")
  {
    CHECK(nearest("sparc", names).empty());
  }
  SUBCASE("bounds its work on a hostile word")
  {
    CHECK(nearest(std::string(1U << 20, 'x'), names).empty());
  }
}

TEST_CASE("base::suggest")
{
  CHECK(suggest("memgc", {"memcg", "boot"}) == "did you mean 'memcg'?");
  CHECK(suggest("zzzzzz", {"memcg", "boot"}) == "known: memcg, boot");
  CHECK(suggest("zzzzzz", {}) == "none is known");
}

TEST_CASE("base::printable")
{
  SUBCASE("leaves text and tabs alone")
  {
    CHECK(printable("a\tb é …") == "a\tb é …");
  }
  SUBCASE("takes the teeth out of escape codes, C0 and C1")
  {
    CHECK(printable("\x1b[2J\r\n\x7f") == "?[2J???");
    CHECK(printable("\xc2\x9b"
                    "2J") == "??2J");
  }
  SUBCASE("replaces bytes that are not UTF-8, overlong forms and surrogates")
  {
    CHECK(printable("\xff\xc0\xaf") == "???");
    CHECK(printable("\xe0\x80\xaf") == "???");
    CHECK(printable("\xed\xa0\x80") == "???");
    CHECK(printable("\xe2\x82") == "??");
  }
  SUBCASE("cuts long text with a mark")
  {
    CHECK(printable("abcdef", 3) == "abc…");
  }
}

TEST_CASE("base::is_safe_name")
{
  CHECK(is_safe_name("linux-6.1"));
  CHECK_FALSE(is_safe_name(""));
  CHECK_FALSE(is_safe_name("-rf"));
  CHECK_FALSE(is_safe_name("../x"));
  CHECK_FALSE(is_safe_name("a..b"));
  CHECK_FALSE(is_safe_name("a/b"));
  CHECK_FALSE(is_safe_name(std::string(65, 'a')));
}
