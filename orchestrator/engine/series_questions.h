// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/job_work.h"
#include "engine/kernel_question.h"
#include "engine/prepare.h"

#include <vector>

namespace oopsfarm {

/// What is to be bisected after a job: for each signature that its report shows
/// and its base does not (three at most; a note says which were left out) the
/// question which patch of the series brought it, on the targets, kconfigs and
/// workloads that showed it. The job's own runs count as observations, suspects
/// as the prior. None for a job without a series. Adds notes to the report, and
/// nothing else.
std::vector<KernelQuestion> series_questions(const PreparedJob& prepared,
                                             const JobWork& work,
                                             const EngineContext& context,
                                             JobReport& report);

/// What is bisected once a job's own steps are done: what it was made for
/// (Job::bisection), or what its series broke (on_failure: bisect). Reads git,
/// and may take seconds. Fails (user) as ask_range(). Adds notes to the report.
Result<std::vector<KernelQuestion>> questions_of(const PreparedJob& prepared,
                                                 const JobWork& work,
                                                 const EngineContext& context,
                                                 Observer& observer,
                                                 const Stop& stop,
                                                 JobReport& report);

/// Whether there may be any.
bool may_bisect(const Job& job);

} // namespace oopsfarm
