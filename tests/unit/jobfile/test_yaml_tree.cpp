// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/yaml_tree.h"

#include <doctest/doctest.h>

#include <chrono>

using namespace oopsfarm;

TEST_CASE("parse_yaml")
{
  SUBCASE("keeps where each node stood")
  {
    const auto root = parse_yaml("a: 1\nb:\n  - x\n  - 'y'\n", "f");
    REQUIRE(root);
    REQUIRE(root->keys.size() == 2);
    CHECK(root->keys[1].line == 2);
    CHECK(root->keys[1].column == 1);
    const auto& list = root->items[1];
    REQUIRE(list.items.size() == 2);
    CHECK(list.items[1].line == 4);
    CHECK(list.items[1].column == 5);
    CHECK(list.items[1].quoted);
    CHECK_FALSE(list.items[0].quoted);
  }
  SUBCASE("keeps both of two equal keys for the caller to refuse")
  {
    const auto root = parse_yaml("a: 1\na: 2\n", "f");
    REQUIRE(root);
    CHECK(root->keys.size() == 2);
  }
  SUBCASE("gives a null node for a file without content")
  {
    for (const char* text : {"", "\n", "# words\n", "---\n"}) {
      CAPTURE(text);
      const auto root = parse_yaml(text, "f");
      REQUIRE(root);
      CHECK(root->kind == YamlNode::Kind::null);
    }
  }
  SUBCASE("takes text in UTF-8 and a byte order mark")
  {
    const auto root = parse_yaml("\xef\xbb\xbfname: Kühn\n", "f");
    REQUIRE(root);
    CHECK(root->items.at(0).text == "Kühn");
  }
  SUBCASE("names the place where nesting gets too deep")
  {
    const auto root =
        parse_yaml(std::string(40, '[') + "x" + std::string(40, ']'), "f");
    REQUIRE_FALSE(root);
    CHECK(root.error().message == "f:1:33: nested deeper than 32");
  }
  SUBCASE("refuses a file that is too large before it reads it")
  {
    const auto root = parse_yaml(std::string(max_yaml_bytes + 1, ' '), "f");
    REQUIRE_FALSE(root);
    CHECK(root.error().message.find("over 1048576 bytes") != std::string::npos);
  }
}

static std::string repeated(const std::string& piece)
{
  constexpr std::size_t size = 128U << 10;
  std::string text;
  while (text.size() < size) {
    text += piece;
  }
  return text;
}

TEST_CASE("parse_yaml takes linear time on hostile files")
{
  // What is quadratic or worse in the file's size would take minutes.
  for (const char* piece : {"[",  "{",  "- ",  "? ",   "a: ",  "{a: ", "\n- ",
                            ": ", "'",  "|\n", "\"\\", "!!a ", "%a\n", "---\n",
                            "a,", "[]", "a\n", "&a ",  "#",    "- a\n"}) {
    CAPTURE(std::string(piece));
    const auto start = std::chrono::steady_clock::now();
    const auto root = parse_yaml(repeated(piece), "f");
    if (!root) {
      CHECK(root.error().message.size() < 1000);
    }
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  }
}
