// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/problems.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace oopsfarm {

void Problems::add(const YamlNode& at, std::string message)
{
  found_.push_back({at.line, at.column, std::move(message)});
}

Status Problems::status() const
{
  if (found_.empty()) {
    return Ok{};
  }
  auto sorted = found_;
  std::stable_sort(
      sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
      });
  constexpr std::size_t shown = 20;
  std::vector<std::string> lines;
  for (const auto& problem : sorted) {
    if (lines.size() == shown) {
      lines.push_back(
          fmt::format("{}: and {} more", file_, sorted.size() - shown));
      break;
    }
    lines.push_back(fmt::format(
        "{}:{}:{}: {}", file_, problem.line, problem.column, problem.message));
  }
  return user_error(join(lines, "\n"));
}

std::string quote(const std::string& text)
{
  return "'" + printable(text, 80) + "'";
}

} // namespace oopsfarm
