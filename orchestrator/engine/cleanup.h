// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/engine.h"
#include "git/repository.h"

namespace oopsfarm {

/// Puts away what a process that was killed left in the state folder: guests
/// under its libvirt roots, worktrees, folders of runs and kernels without an
/// outcome. REQUIRES: the state folder's lock is held, so nobody else is at
/// work there. Fails (infra) when something can't be removed.
Status clean_up_after_others(const EngineContext& context,
                             const Repository& repository);

} // namespace oopsfarm
