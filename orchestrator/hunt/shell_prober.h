// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "hunt/prober.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace oopsfarm {

/// How commits of any git repository are tried: shell commands in worktrees.
struct ShellSetup
{
  std::filesystem::path git_dir;    ///< of the user's repository; only read
  std::filesystem::path folder;     ///< ours: worktrees and logs go below it
  std::vector<std::string> commits; ///< full object id of each node
  std::string build;                ///< a shell command; "": none
  std::string run;                  ///< a shell command
  std::string signature;            ///< RE2; "": crashes have no signatures
  std::size_t jobs = 1;
};

/// Runs `build` and `run` by sh(1) at the top of a worktree of the commit, up
/// to `jobs` at a time, each in a worktree of its own. Their environment is
/// ours with OOPSFARM_COMMIT and OOPSFARM_ATTEMPT, the attempt's number.
///
/// A build that does not end with 0 makes the commit untestable; one that was
/// killed is infra. Of `run` counts what git bisect run has: 0 is good, 125
/// can't be tested, 1 to 127 is bad, 128 and over (and a signal) ends the hunt
/// with an error. A bad run's signature is the first match of `signature` in
/// its output: the first group, or all of it; one without a match is of the
/// signature "".
///
/// The worktrees belong to a clone that shares the repository's objects, below
/// `folder`, so that the repository itself is not touched. They, and it, are
/// removed by the destructor, and before it works by make(), where a killed
/// process left them. Logs of what failed stay: folder/logs/NUMBER.log.
///
/// Fails (user) when `signature` is no expression, (infra) when git fails. The
/// references outlive the object. A requested `stop` ends what is under way.
/// REQUIRES: nobody else works in `folder`.
Result<std::unique_ptr<Prober>>
make_shell_prober(ShellSetup setup, ProcessRunner& processes, const Stop& stop);

} // namespace oopsfarm
