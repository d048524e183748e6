// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/git_repo.h"
#include "suspects/find.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace oopsfarm;

namespace {

/// The real runner, with the commands counted.
class CountingRunner final : public ProcessRunner
{
public:
  Result<Finished> run(const Command& command,
                       const RunOptions& options,
                       const Stop& stop) override
  {
    for (const auto& argument : command.argv) {
      diffs += argument == "diff-tree" ? 1 : 0;
    }
    return real_.run(command, options, stop);
  }

  int diffs = 0;

private:
  SystemProcessRunner real_;
};

PatchInfo patch_of(testing::GitRepo& repo,
                   const std::string& file,
                   const std::string& function)
{
  PatchInfo patch;
  patch.subject = "change " + function;
  patch.commit = repo.commit(
      file, "int " + function + "(void)\n{\n\treturn 1;\n}\n", patch.subject);
  return patch;
}

} // namespace

TEST_CASE("SuspectFinder reads each patch once for all runs")
{
  testing::GitRepo repo;
  const auto base =
      repo.commit("mm/a.c", "int reap(void)\n{\n\treturn 0;\n}\n", "base");
  const std::vector<PatchInfo> patches{patch_of(repo, "mm/b.c", "close"),
                                       patch_of(repo, "mm/a.c", "reap")};
  CountingRunner processes;
  const auto repository =
      Repository::open(repo.git_dir(), processes, repo.stop);
  REQUIRE(repository);
  repo.write("console.log",
             "kernel BUG at mm/a.c:3!\nRIP: 0010:reap+0x1/0x2\n"
             "Call Trace:\n kthread+0x1/0x2\n");
  repo.write("quiet.log", "all is well\n");

  auto finder = SuspectFinder::make(*repository, base, patches);
  REQUIRE(finder);
  for (int run = 0; run < 3; ++run) {
    const auto suspects =
        finder->find(repo.path() / "console.log", repo.path() / "no-vmlinux");
    REQUIRE(suspects);
    REQUIRE(suspects->size() == 2);
    CHECK(suspects->front().patch.subject == "change reap");
    CHECK(suspects->front().reasons.front() == "changes reap, which crashed");
    CHECK(suspects->back().reasons.empty());
  }
  CHECK(processes.diffs == 2);

  const auto none = finder->find(repo.path() / "quiet.log", "");
  REQUIRE(none);
  CHECK(none->empty());
  CHECK_FALSE(finder->find(repo.path() / "gone.log", ""));
}
