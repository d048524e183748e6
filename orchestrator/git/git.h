// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oopsfarm {

/// Where a git command works. Either folder may be "".
struct GitPlace
{
  std::filesystem::path git_dir;   ///< as --git-dir
  std::filesystem::path work_tree; ///< as --work-tree, and the current folder
};

/// One git command.
struct GitCall
{
  GitPlace place;
  std::vector<std::string> args; ///< from the subcommand on
  std::vector<std::pair<std::string, std::string>> config; ///< as by -c
  std::vector<std::pair<std::string, std::string>> env;    ///< added last
  std::function<void(std::string_view)> on_out_line;
};

/// The `git` program, cut off from the host's and the user's settings: no
/// configuration but ours, no hooks, no prompts, no automatic gc, no GIT_*
/// variable inherited, C locale, one fixed committer. Commands on repositories
/// of other owners work, too (safe.directory is open: the folders are the
/// farm's own, or named by the user).
///
/// Threads: as safe as its ProcessRunner. Both references outlive it.
class Git
{
public:
  Git(ProcessRunner& processes, const Stop& stop)
      : processes_(&processes), stop_(&stop)
  {
  }

  /// Runs to the end; any exit is a value. Fails (infra) when git can't be
  /// started or the stop was requested.
  Result<Finished> run(const GitCall& call) const;

  /// Like run(), and any end but exit 0 is an error (infra) with git's words.
  /// Gives standard output, whole (fails when it is over 16 MiB).
  Result<std::string> output(const GitCall& call) const;

  ProcessRunner& processes() const { return *processes_; }

  const Stop& stop() const { return *stop_; }

private:
  ProcessRunner* processes_;
  const Stop* stop_;
};

/// The error that run() and its callers give once the stop was requested.
Error stopped_error();

/// True for words that git says where the host, not the input, is in the way: a
/// full disk, no permission, no memory.
bool is_host_trouble(std::string_view words);

/// The end of what git said on standard error, fit for a message.
std::string git_words(const Finished& finished);

} // namespace oopsfarm
