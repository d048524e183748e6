// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/literal_finder.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace oopsfarm;

using Found = std::vector<std::pair<std::size_t, std::size_t>>;

static Found found_in(const LiteralFinder& finder, std::string_view text)
{
  Found found;
  finder.find(text, [&](std::size_t literal, std::size_t at) {
    found.emplace_back(literal, at);
    return true;
  });
  return found;
}

TEST_CASE("LiteralFinder finds every literal wherever it stands")
{
  const LiteralFinder finder({"abcd", "Kernel panic", "bcdefg"});
  for (std::size_t before = 0; before < 40; ++before) {
    INFO(before);
    const auto text = std::string(before, 'x') + "Kernel panic" + "xyz";
    CHECK(found_in(finder, text) == Found{{1, before}});
  }
  CHECK(found_in(finder, "abcdefg").size() == 2);
  CHECK(found_in(finder, "abcd") == Found{{0, 0}});
  CHECK(found_in(finder, "abcdabcd") == Found{{0, 0}, {0, 4}});
}

TEST_CASE("LiteralFinder finds nothing in what only begins or ends like one")
{
  const LiteralFinder finder({"abcd", "Kernel panic"});
  for (const auto* text :
       {"", "a", "abc", "bcd", "Kernel pani", "ernel panic"}) {
    INFO(text);
    CHECK(found_in(finder, text).empty());
  }
  CHECK(found_in(LiteralFinder({}), "anything").empty());
}

TEST_CASE("LiteralFinder agrees with a search for one literal after another")
{
  const std::vector<std::string_view> literals{
      "aabb", "abab", "bbbb", "ba\xff\x80", "aaaaab"};
  const LiteralFinder finder(literals);
  unsigned state = 1; // texts of few bytes, so that literals overlap
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int at = 0; at < 120; ++at) {
      state = state * 1103515245U + 12345U;
      text += "aabbb\xff\x80"[state / 65536U % 7U];
    }
    std::size_t expected = 0;
    for (const auto literal : literals) {
      for (auto at = text.find(literal); at != std::string::npos;
           at = text.find(literal, at + 1)) {
        ++expected;
      }
    }
    CHECK(found_in(finder, text).size() == expected);
  }
}

TEST_CASE("LiteralFinder ends where its user has enough")
{
  const LiteralFinder finder({"abcd"});
  int calls = 0;
  finder.find("abcdabcdabcd",
              [&](std::size_t, std::size_t) { return ++calls < 2; });
  CHECK(calls == 2);
}
