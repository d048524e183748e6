// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "git/repository.h"
#include "model/job.h"

#include <string>

namespace oopsfarm {

/// Looks up the selftests that a job names in the tree at `commit`. Fails
/// (user) with `JOBFILE:LINE:COLUMN: …` for the first that the tree does not
/// have, and names the nearest; reads git objects only.
Status check_selftests(const Job& job,
                       const Repository& repository,
                       const std::string& commit);

} // namespace oopsfarm
