// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/revert.h"
#include "support/git_repo.h"

using namespace oopsfarm;
using namespace oopsfarm::testing;

TEST_CASE("revert_commit")
{
  GitRepo repo;
  const auto worktrees = temp_folder();
  repo.commit("mm/a.c", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "base");
  const auto culprit =
      repo.commit("mm/a.c", "1\nbad\n3\n4\n5\n6\n7\n8\n9\n", "mm: bad");
  const auto later =
      repo.commit("mm/a.c", "1\nbad\n3\n4\n5\n6\n7\nx\n9\n", "mm: later");
  repo.commit("other.c", "x\n", "other");
  const auto tip = repo.git({"rev-parse", "HEAD"});
  const auto repository =
      Repository::open(repo.git_dir(), repo.processes, repo.stop);
  REQUIRE(repository);
  SUBCASE("is the tip without the culprit, and the same each time")
  {
    const auto done =
        revert_commit(*repository, tip, culprit, worktrees.path());
    REQUIRE(done);
    REQUIRE_FALSE(done->commit.empty());
    CHECK(repo.git({"show", done->commit + ":mm/a.c"}) ==
          "1\n2\n3\n4\n5\n6\n7\nx\n9");
    CHECK(repo.git({"show", done->commit + ":other.c"}) == "x");
    const auto again =
        revert_commit(*repository, tip, culprit, worktrees.path());
    REQUIRE(again);
    CHECK(again->commit == done->commit);
    CHECK(names_in(worktrees.path()).empty());
  }
  SUBCASE("says when later commits build on it")
  {
    const auto more =
        repo.commit("mm/a.c", "1\nworse\n3\n4\n5\n6\n7\nx\n9\n", "mm: more");
    const auto done =
        revert_commit(*repository, more, culprit, worktrees.path());
    REQUIRE(done);
    CHECK(done->commit.empty());
    CHECK(done->why_not.find("later commits") != std::string::npos);
    CHECK(names_in(worktrees.path()).empty());
  }
  SUBCASE("leaves merges alone")
  {
    repo.git({"checkout", "--quiet", "-b", "side", later});
    repo.commit("side.c", "x\n", "side");
    repo.git({"checkout", "--quiet", "main"});
    repo.git({"merge", "--quiet", "--no-ff", "-m", "merge", "side"});
    const auto merge = repo.git({"rev-parse", "HEAD"});
    const auto done =
        revert_commit(*repository, merge, merge, worktrees.path());
    REQUIRE(done);
    CHECK(done->why_not == "it is a merge");
  }
}
