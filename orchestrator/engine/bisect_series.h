// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/job_work.h"
#include "engine/prepare.h"
#include "exec/executor.h"

namespace oopsfarm {

/// Finds the patch of a series that brought what its report shows and the base
/// does not: for each signature (three at most; a note says which were left
/// out) one bisection, on the targets, kconfigs and workloads that showed it.
/// The job's own runs count as observations, suspects as the prior. Journals
/// are kept below StatePaths::bisections(): done again after a kill, it goes
/// on. Adds to report.bisections, and nothing else; what fails is a note.
void bisect_failures(const PreparedJob& prepared,
                     const JobWork& work,
                     const EngineContext& context,
                     Executor& executor,
                     Observer& observer,
                     const Stop& stop,
                     JobReport& report);

} // namespace oopsfarm
