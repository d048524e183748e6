// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace oopsfarm {

/// What may stand behind a command, for shells.
struct CommandWords
{
  std::string command;            ///< "tree add"; "" is the program itself
  std::vector<std::string> words; ///< commands below it, options "--json"
  bool takes_files = false;
  bool takes_jobs = false;      ///< ids of a daemon's jobs
  bool takes_runs = false;      ///< ids of runs
  bool takes_nightlies = false; ///< names of a daemon's nightlies
};

/// A script that completes `oopsfarm` in bash, and in zsh by its emulation of
/// bash's completion. Pure.
std::string completion_script(const std::vector<CommandWords>& commands,
                              bool for_zsh);

} // namespace oopsfarm
