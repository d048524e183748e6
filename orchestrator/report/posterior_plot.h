// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace oopsfarm {

/// Probabilities over changes, in their order, in at most `width` blocks: ▁ to
/// █ by the likeliest of each; a space for below half a percent. "" for none.
/// Pure.
std::string plot_blocks(const std::vector<double>& masses, std::size_t width);

} // namespace oopsfarm
