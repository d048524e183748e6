// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/detached.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <poll.h>

#include <csignal>

using namespace oopsfarm;
namespace fs = std::filesystem;

static Command shell(const std::string& script)
{
  Command command;
  command.argv = {"sh", "-c", script};
  return command;
}

static ExitStatus wait_for(Detached& process)
{
  pollfd ended = {process.exit_fd(), POLLIN, 0};
  REQUIRE(poll(&ended, 1, 30'000) == 1);
  const auto status = process.try_wait();
  REQUIRE(status.has_value());
  return *status;
}

TEST_CASE("sys::Detached writes to files and has an end")
{
  const auto folder = *TempFolder::make(fs::temp_directory_path(), "det");
  const auto out = folder.path() / "out";
  const auto err = folder.path() / "err";
  auto process = Detached::start(
      shell("echo a; echo b >&2; ps -o sid= $$; exit 7"), out, err);
  REQUIRE(process.has_value());
  const auto pid = process->pid();
  CHECK(wait_for(*process).code == 7);
  CHECK(*read_file(err) == "b\n");
  const auto said = *read_file(out);
  CHECK(said.rfind("a\n", 0) == 0);
  CHECK(std::stol(said.substr(2)) == pid); // a session of its own
  CHECK(process->try_wait()->code == 7);

  SUBCASE("which may be a signal")
  {
    auto killed = Detached::start(shell("sleep 1000"), out, err);
    REQUIRE(killed.has_value());
    CHECK_FALSE(killed->try_wait().has_value());
    killed->kill_group(SIGKILL);
    CHECK(wait_for(*killed).signal == SIGKILL);
    killed->kill_group(SIGKILL); // to nobody
  }
  SUBCASE("and a program that is not there is said to be missing")
  {
    Command command;
    command.argv = {"/no/such/program"};
    const auto failed = Detached::start(command, out, err);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().message.find("/no/such/program") != std::string::npos);
  }
  SUBCASE("and so is a file that can't be written")
  {
    const auto failed =
        Detached::start(shell("true"), folder.path() / "no/such", err);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().message.find("no/such") != std::string::npos);
  }
}

TEST_CASE("sys::Detached::holder_of takes over who holds a lock")
{
  const auto folder = *TempFolder::make(fs::temp_directory_path(), "det");
  const auto lock = folder.path() / "lock";
  CHECK_FALSE(Detached::holder_of(lock).has_value());
  REQUIRE(write_file(lock, "1234\n"));
  CHECK_FALSE(Detached::holder_of(lock).has_value()); // nobody holds it
  auto process = Detached::start(
      shell("exec 9<>'" + lock.string() + "'; flock 9; echo $$ >'" +
            lock.string() + "'; echo held; exec sleep 1000"),
      folder.path() / "out",
      folder.path() / "err");
  REQUIRE(process.has_value());
  while (read_file(folder.path() / "out").value_or("").empty()) {
    poll(nullptr, 0, 10);
  }
  auto holder = Detached::holder_of(lock);
  REQUIRE(holder.has_value());
  CHECK(holder->pid() == process->pid());
  CHECK_FALSE(holder->try_wait().has_value());
  holder->kill_group(SIGTERM);
  CHECK(wait_for(*process).signal == SIGTERM);
  wait_for(*holder);
  CHECK_FALSE(Detached::holder_of(lock).has_value());
}
