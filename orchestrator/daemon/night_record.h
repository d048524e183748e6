// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/cells.h"
#include "model/report.h"
#include "nightly/night.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// What is kept of a night's job to compare others with; its day is left
/// empty. Pure. A run counts for its first finding alone, as cells do.
Night night_of(const std::string& job,
               const JobReport& report,
               const std::vector<ObservedRun>& observations);

} // namespace oopsfarm
