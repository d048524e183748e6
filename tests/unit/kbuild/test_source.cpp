// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/source.h"
#include "support/git_repo.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
namespace fs = std::filesystem;

TEST_CASE("move_source")
{
  testing::GitRepo repo;
  repo.write("kept", "kept\n");
  const auto one = repo.commit("file", "one\n", "one");
  const auto two = repo.commit("file", "two\n", "two");
  const auto folder = testing::temp_folder();
  const auto& root = folder.path();
  const auto repository =
      Repository::open(repo.git_dir(), repo.processes, repo.stop);
  REQUIRE(repository);
  REQUIRE(move_source(*repository, root, one));
  CHECK(*read_file(root / "src/file") == "one\n");

  SUBCASE("changes the files that differ and no others")
  {
    const auto before = fs::last_write_time(root / "src/kept");
    REQUIRE(move_source(*repository, root, two));
    CHECK(*read_file(root / "src/file") == "two\n");
    CHECK(fs::last_write_time(root / "src/kept") == before);
    REQUIRE(move_source(*repository, root, one));
    CHECK(*read_file(root / "src/file") == "one\n");
  }

  SUBCASE("does nothing for the same commit")
  {
    repo.stop.request(15); // no git would run any more
    CHECK(move_source(*repository, root, one));
  }

  SUBCASE("checks all files after an interruption")
  {
    testing::spit(root / "src/file", "half");
    testing::spit(root / "src/stray", "");
    fs::remove(root / "src.state");
    REQUIRE(move_source(*repository, root, one));
    CHECK(*read_file(root / "src/file") == "one\n");
    CHECK_FALSE(fs::exists(root / "src/stray"));
  }

  SUBCASE("starts anew where the folder or its repository is gone")
  {
    fs::remove_all(root / "src");
    REQUIRE(move_source(*repository, root, one));
    CHECK(*read_file(root / "src/file") == "one\n");
    fs::remove_all(repo.git_dir() / "worktrees");
    REQUIRE(move_source(*repository, root, two));
    CHECK(*read_file(root / "src/file") == "two\n");
  }

  SUBCASE("fails on an unknown commit and can go on")
  {
    CHECK_FALSE(move_source(*repository, root, std::string(40, '1')));
    REQUIRE(move_source(*repository, root, two));
    CHECK(*read_file(root / "src/file") == "two\n");
  }
}
