// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/job.h"

#include <string>

namespace oopsfarm {

/// The key `bisect` of a job file, to be put behind a job's other keys (whose
/// top is a block map): the job then bisects, and does nothing else. This is
/// how a nightly queues the bisection between two tips of its tree: its own job
/// file with this behind it, submitted as a job. Pure.
std::string bisection_text(const BisectionWish& wish);

} // namespace oopsfarm
