// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/range_diff.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static constexpr const char* sample = "1:  1111111 = 1:  aaaaaaa mm: one\n"
                                      "2:  2222222 ! 3:  bbbbbbb mm: two\n"
                                      "    @@ Metadata\n"
                                      "     ## mm/a.c ##\n"
                                      "    -+y\n"
                                      "    ++lock();\n"
                                      "3:  3333333 < -:  ------- mm: three\n"
                                      "-:  ------- > 2:  ccccccc mm: new = 5\n";

TEST_CASE("parse_range_diff")
{
  const auto pairs = parse_range_diff(sample);
  REQUIRE(pairs);
  REQUIRE(pairs->size() == 4);
  CHECK((*pairs)[0].fate == PatchFate::same);
  CHECK((*pairs)[1].fate == PatchFate::changed);
  CHECK((*pairs)[1].before == 2);
  CHECK((*pairs)[1].after == 3);
  CHECK((*pairs)[1].subject == "mm: two");
  CHECK((*pairs)[1].diff == "@@ Metadata\n ## mm/a.c ##\n-+y\n++lock();\n");
  CHECK((*pairs)[2].fate == PatchFate::dropped);
  CHECK((*pairs)[2].after == 0);
  CHECK((*pairs)[3].fate == PatchFate::added);
  CHECK((*pairs)[3].subject == "mm: new = 5");
  CHECK(parse_range_diff("")->empty());
  CHECK_FALSE(parse_range_diff("fatal: no such commit\n"));
}

TEST_CASE("steps_between")
{
  const auto pair = [](unsigned before, unsigned after, PatchFate fate) {
    return PatchPair{before, after, fate, "s", ""};
  };
  SUBCASE("what is the same is no step")
  {
    const auto steps = steps_between({pair(1, 1, PatchFate::same),
                                      pair(2, 2, PatchFate::changed),
                                      pair(3, 3, PatchFate::same)},
                                     3);
    REQUIRE(steps.size() == 1);
    CHECK(steps[0].new_patches == 2);
    CHECK(steps[0].old_patches == std::vector<unsigned>{3});
    CHECK(describe(steps[0]) == "changed");
  }
  SUBCASE("added and dropped ones")
  {
    const auto steps = steps_between({pair(1, 0, PatchFate::dropped),
                                      pair(0, 1, PatchFate::added),
                                      pair(2, 2, PatchFate::same)},
                                     2);
    REQUIRE(steps.size() == 2);
    CHECK(steps[0].new_patches == 0);
    CHECK(steps[0].old_patches == std::vector<unsigned>{2});
    CHECK(steps[1].new_patches == 1);
    CHECK(describe(steps[0]) == "dropped");
    CHECK(describe(steps[1]) == "added");
  }
  SUBCASE("one that moved")
  {
    const auto steps = steps_between(
        {pair(2, 1, PatchFate::same), pair(1, 2, PatchFate::same)}, 2);
    REQUIRE(steps.size() == 1); // then the other is where it was
    CHECK(describe(steps[0]) == "moved");
    CHECK(steps[0].old_patches == std::vector<unsigned>{1});
  }
}
