// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/range.h"
#include "support/git_repo.h"

using namespace oopsfarm;
using namespace oopsfarm::testing;

TEST_CASE("read_range")
{
  GitRepo repo;
  const auto base = repo.commit("a", "0", "base");
  const auto one = repo.commit("a", "1", "one");
  repo.git({"checkout", "--quiet", "-b", "side", base});
  const auto side = repo.commit("b", "1", "side");
  repo.git({"checkout", "--quiet", "main"});
  repo.git({"merge", "--quiet", "--no-ff", "-m", "merge", "side"});
  const auto repository =
      Repository::open(repo.git_dir(), repo.processes, repo.stop);
  REQUIRE(repository);
  SUBCASE("has all commits between the ends, ancestors first, with parents")
  {
    const auto range = read_range(*repository, base, "main");
    REQUIRE(range);
    REQUIRE(range->commits.size() == 4);
    CHECK(range->commits[0].id == base);
    CHECK(range->commits[3].subject == "merge");
    CHECK(range->parents[2].size() == 2);
    CHECK(range->parents[0].empty());
    CHECK(range->find(one));
    CHECK(range->find(side));
    CHECK(range->is_descent);
  }
  SUBCASE("ends that were swapped are named")
  {
    const auto range = read_range(*repository, "main", base);
    REQUIRE_FALSE(range);
    CHECK(range.error().fault == Fault::user);
    CHECK(range.error().message.find("--good") != std::string::npos);
  }
  SUBCASE("siblings have no descent")
  {
    const auto range = read_range(*repository, "main~1", "side");
    REQUIRE(range);
    CHECK_FALSE(range->is_descent);
    CHECK(range->commits.size() == 2);
  }
  SUBCASE("the other way round, for the commit that fixed it")
  {
    const auto range = read_reverse_range(*repository, base, "main");
    REQUIRE(range);
    CHECK(range->is_reverse);
    CHECK(range->commits.front().subject == "merge");
    CHECK(range->commits.back().id == base);
    CHECK(range->change(1).subject == "merge");
    CHECK(range->change(3).subject != "base");
    CHECK(range->before(1) == 0);
    CHECK_FALSE(read_reverse_range(*repository, "main", base));
  }
}
