// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "api/submission.h"
#include "base/result.h"
#include "model/job.h"
#include "model/target.h"

#include <map>
#include <string>

namespace oopsfarm {

/// A job with every file that it names (series, programs), as it is handed to
/// a daemon, which sees none of our files. What is no file here (a git range
/// of the tree) is left to the daemon. Fails (user) on a file that is missing
/// or named by an absolute path, and on more than 48 MiB of them.
Result<Submission> bundle_job(const Job& job,
                              const std::map<std::string, Target>& targets);

} // namespace oopsfarm
