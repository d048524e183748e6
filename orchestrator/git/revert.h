// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "git/repository.h"

#include <filesystem>
#include <string>

namespace oopsfarm {

/// What taking a commit out of another one came to.
struct Reverted
{
  std::string commit;  ///< full object id; "" where there is none
  std::string why_not; ///< one line for people
};

/// Makes the commit that `git revert` of `culprit` makes on `onto` (both full
/// object ids, `onto` contains `culprit`), in a scratch worktree below
/// `worktrees`. The same two give the same commit everywhere; it is kept by a
/// ref under refs/oopsfarm/reverts/. A merge, and a culprit on which later
/// commits build, are values. Fails (infra) on git's own trouble and on a stop.
Result<Reverted> revert_commit(const Repository& repository,
                               const std::string& onto,
                               const std::string& culprit,
                               const std::filesystem::path& worktrees);

} // namespace oopsfarm
