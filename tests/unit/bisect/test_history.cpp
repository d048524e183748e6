// SPDX-License-Identifier: GPL-2.0-or-later
#include "bisect/history.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("History")
{
  SUBCASE("a line contains what stands before")
  {
    const auto line = History::line(130);
    CHECK(line.size() == 130);
    CHECK(line.tip() == 130);
    CHECK(line.contains(130, 1));
    CHECK(line.contains(64, 64));
    CHECK_FALSE(line.contains(64, 65));
    CHECK_FALSE(line.contains(0, 1));
  }
  SUBCASE("a side branch has its own commits until the merge")
  {
    // 1 - 2 ------- 5 (merge)
    //   \- 3 - 4 --/
    const auto history = History::make({{}, {1}, {1}, {3}, {2, 4}});
    REQUIRE(history);
    CHECK(history->contains(4, 1));
    CHECK_FALSE(history->contains(4, 2));
    CHECK_FALSE(history->contains(2, 3));
    for (Node node = 1; node <= 5; ++node) {
      CHECK(history->contains(5, node));
    }
  }
  SUBCASE("nothing between the ends is the user's fault")
  {
    const auto history = History::make({});
    REQUIRE_FALSE(history);
    CHECK(history.error().fault == Fault::user);
  }
  SUBCASE("too many commits are refused before memory is taken")
  {
    const auto history =
        History::make(std::vector<std::vector<Node>>(History::most + 1));
    REQUIRE_FALSE(history);
    CHECK(history.error().fault == Fault::user);
  }
  SUBCASE("a parent behind its child is a bug")
  {
    const auto history = History::make({{2}, {}});
    REQUIRE_FALSE(history);
    CHECK(history.error().fault == Fault::internal);
  }
}

TEST_CASE("History::make_reverse")
{
  // 1 and 2 are side by side, 3 merges them.
  const auto history = History::make_reverse({{}, {}, {1, 2}});
  REQUIRE(history);
  // Node k is commit 3 - k, change i is the commit that is node i - 1.
  SUBCASE("the good end, the newest commit, lacks no fix")
  {
    for (Node fix = 1; fix <= 3; ++fix) {
      CHECK_FALSE(history->contains(0, fix));
      CHECK(history->contains(history->tip(), fix));
    }
  }
  SUBCASE("a commit lacks what is not among its ancestors")
  {
    CHECK(history->contains(1, 1));       // commit 2 lacks commit 3
    CHECK_FALSE(history->contains(1, 2)); // and has itself
    CHECK(history->contains(1, 3));       // its neighbour, commit 1, it lacks
  }
}
