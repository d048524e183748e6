// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/environment.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <map>

using namespace oopsfarm;
namespace fs = std::filesystem;

static GetEnv env_of(std::map<std::string, std::string> values)
{
  return [values = std::move(values)](
             const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) {
      return std::nullopt;
    }
    return found->second;
  };
}

static TempFolder scratch()
{
  auto folder = TempFolder::make(fs::temp_directory_path(), "oopsfarm-apps-");
  REQUIRE_MESSAGE(folder.has_value(), folder.error().message);
  return *std::move(folder);
}

TEST_CASE("find_state")
{
  const auto env = env_of({{"XDG_STATE_HOME", "/xdg"}, {"HOME", "/home/ann"}});
  SUBCASE("the option comes first, made absolute")
  {
    CHECK(find_state("/s/x", env)->root == "/s/x");
    CHECK(find_state("x", env)->root == fs::current_path() / "x");
  }
  SUBCASE("then $XDG_STATE_HOME")
  {
    CHECK(find_state("", env)->root == "/xdg/oopsfarm");
  }
  SUBCASE("which does not count when it is relative")
  {
    CHECK(find_state("", env_of({{"XDG_STATE_HOME", "x"}, {"HOME", "/h"}}))
              ->root == "/h/.local/state/oopsfarm");
  }
  SUBCASE("then the home")
  {
    CHECK(find_state("", env_of({{"HOME", "/h"}}))->root ==
          "/h/.local/state/oopsfarm");
  }
  SUBCASE("without all of them it says what to do")
  {
    const auto state = find_state("", env_of({}));
    REQUIRE_FALSE(state);
    CHECK(state.error().fault == Fault::user);
    CHECK(state.error().message.find("--state") != std::string::npos);
  }
}

TEST_CASE("claim_state")
{
  const auto folder = scratch();
  const StatePaths state{folder.path() / "a/b"};
  SUBCASE("makes the folder, and lets nobody else in until it is given back")
  {
    {
      const auto lock = claim_state(state);
      REQUIRE_MESSAGE(lock.has_value(), lock.error().message);
      const auto second = claim_state(state);
      REQUIRE_FALSE(second);
      CHECK(second.error().fault == Fault::user);
      CHECK(second.error().message.find("in use by another process (pid ") !=
            std::string::npos);
    }
    CHECK(claim_state(state).has_value());
  }
  SUBCASE("says that a folder can't be made, and what to do")
  {
    REQUIRE(write_file(folder.path() / "a", "a file"));
    const auto lock = claim_state(state);
    REQUIRE_FALSE(lock);
    CHECK(lock.error().fault == Fault::user);
    CHECK(lock.error().message.find("is not writable") != std::string::npos);
    CHECK(lock.error().message.find("--state DIR") != std::string::npos);
  }
  SUBCASE("says so where even root can't write")
  {
    const auto lock = claim_state(StatePaths{"/proc/self/oopsfarm"});
    REQUIRE_FALSE(lock);
    CHECK(lock.error().fault == Fault::user);
  }
}

TEST_CASE("find_share")
{
  const auto folder = scratch();
  const auto program = folder.path() / "bin/oopsfarm";
  const auto fill = [&](const fs::path& share) {
    for (const char* name : {"targets", "workloads", "kconfigs"}) {
      REQUIRE(make_folder(share / name));
    }
    REQUIRE(make_folder(program.parent_path()));
    REQUIRE(write_file(program.parent_path() / "oopsfarm-step", ""));
  };
  SUBCASE("is beside the program's folder")
  {
    fill(folder.path() / "share/oopsfarm");
    const auto share = find_share(program, env_of({}));
    REQUIRE_MESSAGE(share.has_value(), share.error().message);
    CHECK(share->root == folder.path() / "share/oopsfarm");
    CHECK(share->step_program == folder.path() / "bin/oopsfarm-step");
  }
  SUBCASE("is where the environment says")
  {
    const auto other = folder.path() / "other";
    fill(other);
    const auto share =
        find_share(program, env_of({{"OOPSFARM_SHARE", other.string()}}));
    REQUIRE_MESSAGE(share.has_value(), share.error().message);
    CHECK(share->root == other);
  }
  SUBCASE("names what is missing")
  {
    const auto share = find_share(program, env_of({}));
    REQUIRE_FALSE(share);
    CHECK(share.error().fault == Fault::infra);
    CHECK(share.error().message.find("targets is missing") !=
          std::string::npos);
  }
}

TEST_CASE("load_config")
{
  const auto folder = scratch();
  const StatePaths state{folder.path()};
  SUBCASE("reads farm.yaml of the state folder")
  {
    REQUIRE(write_file(folder.path() / "farm.yaml", "build_jobs: 3\n"));
    CHECK(load_config({}, state)->build_jobs == 3);
  }
  SUBCASE("does without it")
  {
    CHECK(load_config({}, state)->build_jobs == FarmConfig{}.build_jobs);
  }
  SUBCASE("fails without a file that was named")
  {
    GlobalOptions options;
    options.config = folder.path() / "none.yaml";
    CHECK_FALSE(load_config(options, state).has_value());
  }
}
