// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "series/apply.h"
#include "series/series.h"
#include "sys/process.h"

namespace oopsfarm {

/// Makes sense of what `git am --3way` and then `git apply --check` said about
/// a patch that failed. Pure.
ApplyFailure
read_failure(const Patch& patch, const Finished& am, const Finished& check);

} // namespace oopsfarm
