// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"
#include "model/target.h"

#include <map>
#include <string>
#include <vector>

namespace oopsfarm {

/// Where a bisected crash shows, in words: "neutral: seen on x86_64,
/// ppc64le-radix", "x86_64 only: not on ppc64le-radix (0 of 12, 97.1 %)", "hash
/// MMU only: …", each with the targets that were not tested; "" where it was
/// seen nowhere. A target counts as one where it shows when a kernel with the
/// culprit crashed there, and as one where it does not by the posterior
/// (BisectedRates::affected at most 0.05). `targets`: all that the farm has, by
/// name. Pure.
std::string scope_of(const std::vector<BisectedRates>& rates,
                     const std::map<std::string, Target>& targets);

} // namespace oopsfarm
