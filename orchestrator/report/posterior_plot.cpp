// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/posterior_plot.h"

#include <algorithm>
#include <array>

namespace oopsfarm {

std::string plot_blocks(const std::vector<double>& masses, std::size_t width)
{
  static constexpr std::array<const char*, 8> blocks{
      "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (masses.empty()) {
    return "";
  }
  const auto columns = std::max<std::size_t>(1, std::min(width, masses.size()));
  std::vector<double> heights(columns);
  for (std::size_t i = 0; i < masses.size(); ++i) {
    auto& height = heights[i * columns / masses.size()];
    height = std::max(height, masses[i]);
  }
  const auto top =
      std::max(*std::max_element(heights.begin(), heights.end()), 1e-300);
  std::string text;
  for (const auto height : heights) {
    const auto level = static_cast<std::size_t>(height / top * 7.999);
    text += height < 0.005 && height < top ? " " : blocks.at(level);
  }
  return text;
}

} // namespace oopsfarm
