// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/worktree.h"
#include "support/git_repo.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <thread>

using namespace oopsfarm;
using namespace oopsfarm::testing;

namespace fs = std::filesystem;

/// A repository with two commits that differ in one of many files.
class TwoCommits
{
public:
  TwoCommits()
  {
    for (int i = 0; i < 20; ++i) {
      repo.write("dir/file" + std::to_string(i), "same\n");
    }
    repo.write(".gitignore", "*.o\n");
    repo.write("mm/oom_kill.c", "one\n");
    first = repo.commit("first");
    repo.write("mm/new.c", "new\n");
    second = repo.commit("mm/oom_kill.c", "two\n", "second");
  }

  Repository repository()
  {
    auto opened = Repository::open(repo.git_dir(), repo.processes, repo.stop);
    REQUIRE(opened);
    return *opened;
  }

  GitRepo repo;
  std::string first;
  std::string second;
  TempFolder temp = temp_folder();
  fs::path path = temp.path() / "objects/x86_64-plain/src";
};

static void age(const fs::path& folder)
{
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().filename() != ".git") {
      fs::last_write_time(entry.path(), old);
    }
  }
}

/// Files that got a new time since age().
static std::vector<std::string> touched(const fs::path& folder)
{
  const auto recent =
      fs::file_time_type::clock::now() - std::chrono::minutes(1);
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().filename() != ".git" &&
        entry.last_write_time() > recent) {
      names.push_back(fs::relative(entry.path(), folder).string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST_CASE("git::checkout")
{
  TwoCommits two;
  const auto repository = two.repository();
  const auto move_to = [&](const std::string& commit) {
    const auto moved = checkout(repository, two.path, commit);
    REQUIRE_MESSAGE(moved, moved.error().message);
  };
  move_to(two.first);
  REQUIRE(slurp(two.path / "mm/oom_kill.c") == "one\n");
  REQUIRE_FALSE(fs::exists(two.path / "mm/new.c"));

  SUBCASE("moving on gives new times only to what differs")
  {
    age(two.path);
    move_to(two.first);
    CHECK(touched(two.path).empty());
    move_to(two.second);
    CHECK(touched(two.path) ==
          std::vector<std::string>{"mm/new.c", "mm/oom_kill.c"});
    move_to(two.first);
    CHECK(slurp(two.path / "mm/oom_kill.c") == "one\n");
    CHECK_FALSE(fs::exists(two.path / "mm/new.c"));
  }
  SUBCASE("local changes, stray and ignored files go")
  {
    spit(two.path / "mm/oom_kill.c", "hacked\n");
    spit(two.path / "dir/stray", "");
    spit(two.path / "mm/a.o", "");
    fs::remove(two.path / "dir/file3");
    fs::create_directories(two.path / "nested/.git");
    move_to(two.first);
    CHECK(slurp(two.path / "mm/oom_kill.c") == "one\n");
    CHECK(fs::exists(two.path / "dir/file3"));
    CHECK_FALSE(fs::exists(two.path / "dir/stray"));
    CHECK_FALSE(fs::exists(two.path / "mm/a.o"));
    CHECK_FALSE(fs::exists(two.path / "nested"));
  }
  SUBCASE("a killed git's locks are no obstacle")
  {
    const auto admin = two.repo.git_dir() / "worktrees/src";
    spit(admin / "index.lock", "");
    spit(admin / "HEAD.lock", "");
    move_to(two.second);
    CHECK(slurp(two.path / "mm/oom_kill.c") == "two\n");
  }
  SUBCASE("half a checkout is completed")
  {
    // As if killed in the middle: files of the next commit, the index the old.
    spit(two.path / "mm/oom_kill.c", "two\n");
    spit(two.path / "mm/new.c", "ne");
    fs::remove_all(two.path / "dir");
    spit(two.repo.git_dir() / "worktrees/src/index.lock", "half");
    move_to(two.second);
    CHECK(slurp(two.path / "mm/new.c") == "new\n");
    CHECK(slurp(two.path / "dir/file7") == "same\n");
  }
  SUBCASE("a broken index is made anew")
  {
    spit(two.repo.git_dir() / "worktrees/src/index", "DIRCjunk");
    move_to(two.second);
    CHECK(slurp(two.path / "mm/oom_kill.c") == "two\n");
  }
  SUBCASE("a folder that vanished comes back")
  {
    fs::remove_all(two.path);
    move_to(two.second);
    CHECK(slurp(two.path / "mm/oom_kill.c") == "two\n");
  }
  SUBCASE("a registration that vanished comes back")
  {
    fs::remove_all(two.repo.git_dir() / "worktrees");
    move_to(two.second);
    CHECK(slurp(two.path / "mm/oom_kill.c") == "two\n");
  }
  SUBCASE("a link to another repository's worktree is not followed")
  {
    TwoCommits other;
    REQUIRE(checkout(other.repository(), other.path, other.first));
    fs::copy_file(other.path / ".git",
                  two.path / ".git",
                  fs::copy_options::overwrite_existing);
    move_to(two.second);
    CHECK(slurp(two.path / "mm/oom_kill.c") == "two\n");
    CHECK(slurp(other.path / "mm/oom_kill.c") == "one\n");
  }
  SUBCASE("another process's work is not disturbed")
  {
    const auto lock = FileLock::try_take(two.path.string() + ".lock");
    REQUIRE(lock);
    const auto busy = checkout(repository, two.path, two.second);
    REQUIRE_FALSE(busy);
    CHECK(busy.error().message.find("in use") != std::string::npos);
    CHECK(slurp(two.path / "mm/oom_kill.c") == "one\n");
  }
  SUBCASE("an unknown commit is an error before anything is touched")
  {
    spit(two.path / "stray", "");
    CHECK_FALSE(checkout(repository, two.path, std::string(40, '1')));
    CHECK(fs::exists(two.path / "stray"));
  }
  SUBCASE("a stop ends it")
  {
    two.repo.stop.request(2);
    const auto stopped = checkout(repository, two.path, two.second);
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().message.find("stopped") != std::string::npos);
  }
  SUBCASE("several worktrees are made at once")
  {
    std::vector<std::thread> threads;
    std::array<bool, 4> good{};
    for (std::size_t i = 0; i < good.size(); ++i) {
      threads.emplace_back([&, i] {
        const auto path = two.temp.path() / std::to_string(i) / "src";
        good.at(i) = checkout(repository, path, two.first).has_value() &&
                     checkout(repository, path, two.second).has_value() &&
                     slurp(path / "mm/oom_kill.c") == "two\n";
      });
    }
    for (auto& thread : threads) {
      thread.join();
    }
    CHECK(good == std::array<bool, 4>{true, true, true, true});
  }
}

TEST_CASE("git::ScratchWorktree")
{
  TwoCommits two;
  two.repo.write("odd/a*b [c]#.txt", "odd\n");
  two.repo.write("odd/axb [c]#.txt", "other\n");
  const auto commit = two.repo.commit("odd names");
  const auto repository = two.repository();
  const auto parent = two.temp.path() / "worktrees";
  const auto config = slurp(two.repo.git_dir() / "config");

  SUBCASE("has the named files and no others, whatever their names")
  {
    const auto scratch = ScratchWorktree::make(
        repository,
        parent,
        commit,
        {"mm/oom_kill.c", "odd/a*b [c]#.txt", "not/there.c"});
    REQUIRE_MESSAGE(scratch, scratch.error().message);
    CHECK(slurp(scratch->path() / "mm/oom_kill.c") == "two\n");
    CHECK(fs::exists(scratch->path() / "odd/a*b [c]#.txt"));
    CHECK_FALSE(fs::exists(scratch->path() / "odd/axb [c]#.txt"));
    CHECK_FALSE(fs::exists(scratch->path() / "dir"));
    CHECK(scratch->head().value() == commit);
    CHECK(slurp(two.repo.git_dir() / "config") == config);
  }
  SUBCASE("leaves nothing behind, even when git may not run any more")
  {
    {
      const auto scratch =
          ScratchWorktree::make(repository, parent, commit, {"mm/new.c"});
      REQUIRE(scratch);
      two.repo.stop.request(15);
    }
    CHECK(names_in(parent).empty());
    CHECK(names_in(two.repo.git_dir() / "worktrees").empty());
  }
  SUBCASE("a killed process's are found and removed, others stay")
  {
    const auto dead = parent / "series-20260101T000000-abcdef";
    two.repo.git({"worktree", "add", "--quiet", "--detach", dead.string()});
    REQUIRE(checkout(repository, two.path, commit));
    spit(parent / "notes", "x");
    REQUIRE(remove_dead_scratch(repository, parent));
    CHECK(names_in(parent) == std::vector<std::string>{"notes"});
    CHECK(names_in(two.repo.git_dir() / "worktrees") ==
          std::vector<std::string>{"src"});
  }
  SUBCASE("a worktree elsewhere whose disk is missing for now is kept")
  {
    REQUIRE(checkout(repository, two.path, two.first));
    const auto away = two.temp.path() / "away";
    fs::rename(two.path, away);
    REQUIRE(remove_dead_scratch(repository, parent));
    fs::rename(away, two.path);
    const auto time = fs::last_write_time(two.path / "mm/oom_kill.c");
    REQUIRE(checkout(repository, two.path, two.first));
    CHECK(fs::last_write_time(two.path / "mm/oom_kill.c") == time);
  }
  SUBCASE("a registration that a killed git left half written is removed")
  {
    const auto half = two.repo.git_dir() / "worktrees/src7";
    fs::create_directories(half);
    spit(half / "locked", "initializing");
    REQUIRE(remove_dead_scratch(repository, parent));
    CHECK_FALSE(fs::exists(half));
  }
  SUBCASE("a failure leaves nothing behind")
  {
    CHECK_FALSE(ScratchWorktree::make(
        repository, parent, std::string(40, '1'), {"mm/new.c"}));
    CHECK(names_in(parent).empty());
    CHECK(names_in(two.repo.git_dir() / "worktrees").empty());
  }
}
