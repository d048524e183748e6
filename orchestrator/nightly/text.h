// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "nightly/compare.h"

#include <string>

namespace oopsfarm {

/// A comparison for people, several lines. Pure; what guests wrote is made
/// printable.
std::string comparison_text(const Comparison& comparison);

/// "2 new crashes, 1 rate up", "nothing new", "first night": one line.
std::string comparison_summary(const Comparison& comparison);

} // namespace oopsfarm
