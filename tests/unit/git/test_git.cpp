// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/git.h"
#include "support/git_repo.h"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <cstdlib>

using namespace oopsfarm;
using namespace oopsfarm::testing;

TEST_CASE("git::Git")
{
  GitRepo repo;
  const auto id = repo.commit("a", "1", "first");
  const Git git(repo.processes, repo.stop);

  SUBCASE("looks at the repository it is given, not at GIT_DIR's")
  {
    setenv("GIT_DIR", "/nonexistent", 1);
    setenv("GIT_INDEX_FILE", "/nonexistent/index", 1);
    GitCall call{{repo.git_dir(), repo.path()}, {"status"}, {}, {}, {}};
    const auto status = git.output(call);
    unsetenv("GIT_DIR");
    unsetenv("GIT_INDEX_FILE");
    REQUIRE_MESSAGE(status, status.error().message);
    CHECK(status->find("nothing to commit") != std::string::npos);
  }

  SUBCASE("runs no hook")
  {
    const auto marker = repo.path() / "ran";
    const auto hook = repo.git_dir() / "hooks" / "post-checkout";
    spit(hook, "#!/bin/sh\ntouch '" + marker.string() + "'\n");
    REQUIRE(chmod(hook.c_str(), 0755) == 0);
    REQUIRE(git.output({{repo.git_dir(), repo.path()},
                        {"checkout", "--detach", id},
                        {},
                        {},
                        {}}));
    CHECK_FALSE(std::filesystem::exists(marker));
    // The hook itself is a working one.
    repo.git({"checkout", "--quiet", "main"});
    CHECK(std::filesystem::exists(marker));
  }

  SUBCASE("a failure is the farm's, with git's own words")
  {
    const auto failed = git.output(
        {{repo.git_dir(), {}}, {"cat-file", "-t", "zz"}, {}, {}, {}});
    REQUIRE_FALSE(failed);
    CHECK(failed.error().fault == Fault::infra);
    CHECK(failed.error().message.find("Not a valid object name zz") !=
          std::string::npos);
  }

  SUBCASE("does nothing once a stop was requested")
  {
    repo.stop.request(2);
    const auto stopped = git.run({{repo.git_dir(), {}}, {"log"}, {}, {}, {}});
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().message.find("stopped") != std::string::npos);
  }

  SUBCASE("takes configuration for one call")
  {
    const auto value = git.output({{repo.git_dir(), {}},
                                   {"config", "core.bigFileThreshold"},
                                   {{"core.bigFileThreshold", "17"}},
                                   {},
                                   {}});
    REQUIRE(value);
    CHECK(*value == "17\n");
  }
}
