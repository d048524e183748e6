// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/engine.h"
#include "store/store.h"

namespace oopsfarm {

/// What a daemon does before its first job: steps that an earlier one left at
/// work and that nobody wants any more are ended; what is neither at work nor
/// whole goes, in the state folder and its trees; so do folders of jobs that
/// the store does not know. Steps that a running job wants stay, for the
/// foreman to adopt. Fails (infra) when something can't be read or removed.
/// REQUIRES: the state folder's lock is held.
Status take_over(const EngineContext& context, Store& store, const Stop& stop);

} // namespace oopsfarm
