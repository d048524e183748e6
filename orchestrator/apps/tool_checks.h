// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "apps/checks.h"

#include <vector>

namespace oopsfarm {

/// The checks for the programs and headers that kernel builds need, and for
/// the sandbox that they run in.
std::vector<Check> tool_checks();

} // namespace oopsfarm
