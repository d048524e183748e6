// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "git/repository.h"

#include <string>

namespace oopsfarm {

/// What became of a fetch. Not being able to reach a remote is no error: the
/// tree stays as it was.
struct Fetched
{
  bool has_remote = false; ///< the tree was imported from a repository
  bool is_current = false; ///< it is as the remote was just now
  std::string trouble;     ///< git's first words, where it is not
};

/// Brings a tree up to date with the repository that it was imported from: all
/// branches and tags, those that were rewritten, too; what has gone there stays
/// here. A remote that says nothing for half a minute (by http and ssh) is one
/// that can't be reached. Fails (infra) when git can't be run, or the stop was
/// requested.
Result<Fetched> fetch_tree(const Repository& repository);

} // namespace oopsfarm
