// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/engine.h"
#include "git/repository.h"

#include <filesystem>
#include <set>

namespace oopsfarm {

/// Steps of an earlier process that are at work still (step_lock()).
struct LiveSteps
{
  std::set<std::filesystem::path> folders; ///< of runs and kernels
  std::set<std::filesystem::path> roots;   ///< of libvirt that they use
};

LiveSteps find_live_steps(const StatePaths& state);

/// Puts away what a process that was killed left in the state folder: guests
/// under its libvirt roots, worktrees, folders of runs and kernels without an
/// outcome. What belongs to `live` steps stays. REQUIRES: the state folder's
/// lock is held, so nobody else is at work there. Fails (infra) when something
/// can't be removed.
Status clean_up_after_others(const EngineContext& context,
                             const LiveSteps& live);

/// The same for worktrees of one tree.
Status clean_up_tree(const EngineContext& context,
                     const Repository& repository);

} // namespace oopsfarm
