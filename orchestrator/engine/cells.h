// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/plan.h"
#include "model/report.h"

#include <vector>

namespace oopsfarm {

/// A run's observation: what it was to be, and how it ended.
struct ObservedRun
{
  StepLabel label;
  RunOutcome outcome;
};

/// Observations → cells, in the order of their first observation. Pure. `infra`
/// is no evidence: it is counted apart and never outvotes anything.
std::vector<Cell> cells_of(const std::vector<ObservedRun>& observations);

/// The cells that a failed build leaves without observations: each with the
/// build's verdict and words.
std::vector<Cell> cells_without_kernel(const Plan& plan,
                                       std::size_t build,
                                       const BuildOutcome& outcome);

/// Every cell that `job` would have had for its series, as failed to apply.
std::vector<Cell> cells_without_series(const Job& job,
                                       const std::string& title,
                                       const std::string& detail);

} // namespace oopsfarm
