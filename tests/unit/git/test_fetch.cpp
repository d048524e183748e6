// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/fetch.h"
#include "git/import.h"
#include "support/git_repo.h"

using namespace oopsfarm;
using namespace oopsfarm::testing;

TEST_CASE("git::fetch_tree")
{
  GitRepo source;
  const auto first = source.commit("a", "1\n", "first");
  const auto folder = temp_folder();
  const auto dest = folder.path() / "trees/t.git";
  REQUIRE(import_git(source.path().string(),
                     dest,
                     source.processes,
                     source.stop,
                     [](auto&, auto, auto) {}));
  const auto tree = *Repository::open(dest, source.processes, source.stop);
  SUBCASE("brings new commits, branches and tags")
  {
    const auto second = source.commit("a", "2\n", "second");
    source.git({"tag", "v2"});
    source.git({"branch", "other"});
    const auto fetched = fetch_tree(tree);
    REQUIRE(fetched.has_value());
    CHECK(fetched->has_remote);
    CHECK(fetched->is_current);
    CHECK(*tree.resolve("main") == second);
    CHECK(*tree.resolve("v2") == second);
    CHECK(*tree.resolve("other") == second);
  }
  SUBCASE("follows a branch that was rewritten, and keeps what was there")
  {
    source.git({"commit", "--quiet", "--amend", "-m", "other words"});
    const auto other = source.git({"rev-parse", "HEAD"});
    REQUIRE(other != first);
    CHECK(fetch_tree(tree)->is_current);
    CHECK(*tree.resolve("main") == other);
    CHECK(*tree.resolve(first) == first);
  }
  SUBCASE("says why it could not, and leaves the tree as it is")
  {
    std::filesystem::rename(source.path() / ".git", source.path() / "away");
    const auto fetched = fetch_tree(tree);
    std::filesystem::rename(source.path() / "away", source.path() / ".git");
    REQUIRE(fetched.has_value());
    CHECK(fetched->has_remote);
    CHECK_FALSE(fetched->is_current);
    CHECK_FALSE(fetched->trouble.empty());
    CHECK(*tree.resolve("main") == first);
  }
  SUBCASE("has nothing to do for a tree of no repository")
  {
    tree.git()
        .output(tree.call({"config", "--unset", "remote.origin.url"}))
        .value();
    const auto fetched = fetch_tree(tree);
    REQUIRE(fetched.has_value());
    CHECK_FALSE(fetched->has_remote);
    CHECK(fetched->trouble.empty());
  }
}
