// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/file.h"

#include <doctest/doctest.h>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace oopsfarm;
namespace fs = std::filesystem;

static TempFolder scratch()
{
  auto folder = TempFolder::make(fs::temp_directory_path(), "oopsfarm-unit-");
  REQUIRE(folder.has_value());
  return *std::move(folder);
}

TEST_CASE("sys::write_file")
{
  const auto folder = scratch();
  const auto file = folder.path() / "a";
  SUBCASE("replaces the old content whole, and leaves no other file")
  {
    REQUIRE(write_file(file, "one").has_value());
    REQUIRE(write_file(file, "two", Durable::yes).has_value());
    CHECK(*read_file(file) == "two");
    CHECK(std::distance(fs::directory_iterator(folder.path()),
                        fs::directory_iterator()) == 1);
  }
  SUBCASE("names the path when it can't")
  {
    const auto failed = write_file(folder.path() / "no" / "b", "x");
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().fault == Fault::infra);
    CHECK(failed.error().message.find("no/b") != std::string::npos);
  }
}

TEST_CASE("sys::read_file refuses what is over its bound")
{
  const auto folder = scratch();
  const auto file = folder.path() / "a";
  REQUIRE(write_file(file, std::string(100, 'x')).has_value());
  CHECK(read_file(file, 100).has_value());
  CHECK_FALSE(read_file(file, 99).has_value());
}

TEST_CASE("sys::remove_tree does not follow links")
{
  const auto folder = scratch();
  const auto outside = folder.path() / "outside";
  const auto inside = folder.path() / "inside";
  REQUIRE(make_folder(inside / "deep").has_value());
  REQUIRE(write_file(outside, "x").has_value());
  fs::create_symlink(outside, inside / "deep" / "link");
  REQUIRE(remove_tree(inside).has_value());
  CHECK_FALSE(fs::exists(inside));
  CHECK(fs::exists(outside));
  CHECK(remove_tree(inside).has_value()); // what is gone is removed
}

TEST_CASE("sys::TempFolder goes with its object")
{
  fs::path path;
  {
    const auto folder = scratch();
    path = folder.path();
    CHECK(fs::is_directory(path));
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("sys::FileLock waits for what a killed holder had just forked")
{
  const auto folder = *TempFolder::make(fs::temp_directory_path(), "lock-");
  const auto file = folder.path() / "lock";
  const auto holder = fork();
  if (holder == 0) {
    const auto held = FileLock::try_take(file);
    if (fork() == 0) {
      poll(nullptr, 0, 300); // as long as an exec may take
    }
    _exit(held ? 0 : 1);
  }
  int status = -1;
  waitpid(holder, &status, 0);
  CHECK(status == 0);
  CHECK(FileLock::try_take(file).has_value());
}

TEST_CASE("sys::FileLock")
{
  const auto folder = scratch();
  const auto file = folder.path() / "lock";
  SUBCASE("is refused while another holds it, whose pid is named")
  {
    const auto held = FileLock::try_take(file);
    REQUIRE(held.has_value());
    const auto second = FileLock::try_take(file);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().message == folder.path().string() +
                                        " is in use by another process (pid " +
                                        std::to_string(getpid()) + ")");
  }
  SUBCASE("is free again once the holder has gone")
  {
    {
      const auto held = FileLock::try_take(file);
      REQUIRE(held.has_value());
    }
    CHECK(FileLock::try_take(file).has_value());
  }
}

TEST_CASE("sys::free_space")
{
  CHECK(*free_space(fs::temp_directory_path()) > 0);
  CHECK_FALSE(free_space("/no/such/place").has_value());
}
