// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/repository.h"
#include "support/git_repo.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using namespace oopsfarm::testing;

static Repository open_repo(GitRepo& repo)
{
  auto opened = Repository::open(repo.git_dir(), repo.processes, repo.stop);
  REQUIRE_MESSAGE(opened, opened.error().message);
  return *opened;
}

TEST_CASE("git::Repository::open")
{
  GitRepo repo;
  SUBCASE("fails on a folder that is not there, and says how to make one")
  {
    const auto opened = Repository::open(
        repo.path() / "nothing.git", repo.processes, repo.stop);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().fault == Fault::user);
    CHECK(opened.error().message.find("nothing.git") != std::string::npos);
    CHECK(opened.error().message.find("tree add") != std::string::npos);
  }
  SUBCASE("fails on a folder that only looks like one")
  {
    std::filesystem::create_directories(repo.path() / "fake.git/objects");
    const auto opened =
        Repository::open(repo.path() / "fake.git", repo.processes, repo.stop);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().fault == Fault::user);
  }
}

TEST_CASE("git::Repository::resolve")
{
  GitRepo repo;
  const auto first = repo.commit("a", "1", "first");
  repo.git({"tag", "v6.1"});
  const auto second = repo.commit("a", "2", "second");
  repo.git({"tag", "-a", "-m", "annotated", "v6.2"});
  const auto repository = open_repo(repo);

  SUBCASE("takes tags, branches, ids and expressions")
  {
    CHECK(repository.resolve("v6.1").value() == first);
    CHECK(repository.resolve("main").value() == second);
    CHECK(repository.resolve("v6.2").value() == second);
    CHECK(repository.resolve(first.substr(0, 10)).value() == first);
    CHECK(repository.resolve("v6.2~1").value() == first);
  }
  SUBCASE("an unknown name is the user's, and the nearest tag is named")
  {
    const auto none = repository.resolve("v6.11");
    REQUIRE_FALSE(none);
    CHECK(none.error().fault == Fault::user);
    CHECK(none.error().message.find("'v6.11'") != std::string::npos);
    CHECK(none.error().message.find("did you mean 'v6.1'?") !=
          std::string::npos);
  }
  SUBCASE("where no tag is near the newest ones are named")
  {
    const auto none = repository.resolve("mm-unstable");
    REQUIRE_FALSE(none);
    CHECK(none.error().message.find("newest tags: v6.2, v6.1") !=
          std::string::npos);
  }
  SUBCASE("nothing reaches git as an option, or breaks the message's line")
  {
    for (const char* evil : {"--help",
                             "-x",
                             "--git-dir=/",
                             "",
                             "a\nb",
                             "v6.1 --all",
                             "HEAD^{tree}:a"}) {
      const auto none = repository.resolve(evil);
      REQUIRE_FALSE(none);
      CHECK(none.error().fault == Fault::user);
      CHECK(none.error().message.find('\n') == std::string::npos);
    }
  }
  SUBCASE("what is no commit is not taken")
  {
    const auto blob = repo.git({"rev-parse", "HEAD:a"});
    CHECK_FALSE(repository.resolve(blob));
  }
}

TEST_CASE("git::Repository tags")
{
  GitRepo repo;
  repo.commit("a", "1", "first");
  SUBCASE("a tree without tags asks for a base")
  {
    const auto none = open_repo(repo).newest_tag();
    REQUIRE_FALSE(none);
    CHECK(none.error().fault == Fault::user);
    CHECK(none.error().message.find("base:") != std::string::npos);
  }
  SUBCASE("of tags made at once the highest version is the newest")
  {
    for (const char* tag : {"v6.9", "v6.10", "v6.10-rc7", "v6.2"}) {
      repo.git({"tag", tag});
    }
    CHECK(open_repo(repo).tags().value() ==
          std::vector<std::string>{"v6.10", "v6.10-rc7", "v6.9", "v6.2"});
  }
  SUBCASE("a tag made later is newer, whatever its version")
  {
    repo.git({"tag", "v6.10"});
    repo.commit("a", "2", "stable");
    repo.git({"tag", "v6.1.5"});
    CHECK(open_repo(repo).newest_tag().value() == "v6.1.5");
  }
}

TEST_CASE("git::Repository history")
{
  GitRepo repo;
  const auto base = repo.commit("a", "1", "base");
  const auto one = repo.commit("a", "2", "mm: one  thing");
  const auto two = repo.commit("a", "3", "mm: [x] två\n\nbody");
  repo.git({"checkout", "--quiet", "-b", "side", base});
  const auto side = repo.commit("b", "1", "side");
  repo.git({"checkout", "--quiet", "--orphan", "alone"});
  const auto alone = repo.commit("c", "1", "alone");
  const auto repository = open_repo(repo);

  SUBCASE("rev_list is oldest first, with subjects")
  {
    const auto list = repository.rev_list(base, "main").value();
    REQUIRE(list.size() == 2);
    CHECK(list[0].id == one);
    CHECK(list[0].subject == "mm: one  thing");
    CHECK(list[1].id == two);
    CHECK(list[1].subject == "mm: [x] två");
    CHECK(repository.rev_list("main", "main")->empty());
    CHECK_FALSE(repository.rev_list("--all", "main"));
  }
  SUBCASE("subject")
  {
    CHECK(repository.subject(two).value() == "mm: [x] två");
    CHECK_FALSE(repository.subject("nowhere"));
  }
  SUBCASE("ancestors and merge bases")
  {
    CHECK(repository.is_ancestor(base, two).value());
    CHECK_FALSE(repository.is_ancestor(two, base).value());
    CHECK(repository.merge_base(two, side).value() == base);
    CHECK(repository.merge_base(two, alone).value() == std::nullopt);
  }
  SUBCASE("refs are written, read back, and absent ones are nothing")
  {
    const std::string ref = "refs/oopsfarm/series/abc";
    CHECK(repository.read_ref(ref).value() == std::nullopt);
    REQUIRE(repository.write_ref(ref, one));
    CHECK(repository.read_ref(ref).value() == one);
  }
}
