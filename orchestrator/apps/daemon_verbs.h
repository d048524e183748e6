// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "api/job_json.h"
#include "api/submission.h"
#include "apps/verbs.h"
#include "report/table.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// What the verbs that talk to a daemon share.

/// The daemon's answer to a request; its refusals are errors (user), in its
/// own words.
Result<std::string> ask(const Context& context,
                        const std::string& method,
                        const std::string& path,
                        const std::string& body = "");

/// Fails (user) on what is no job's id: ids become part of paths.
Status check_job_id(const std::string& id);

/// The jobs as a table, for people; `now_ms` as in JobView. Pure.
std::string jobs_table(const std::vector<JobView>& jobs,
                       Colour colour,
                       std::int64_t now_ms);

/// Hands a job with a schedule in, and says when it is due. Fails (user) on a
/// wish to wait for it.
Result<int>
submit_nightly(const Submission& submission, bool wait, const Context& context);

/// Half a second, or until we are to stop.
void wait_a_little(const Stop& stop);

/// Waits until the job has ended, with its steps on the display; then prints
/// its report. Gives the job's exit code, 3 for one that was cancelled.
Result<int> follow_job(const std::string& id, const Context& context);

} // namespace oopsfarm
