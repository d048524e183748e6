// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/bisection_text.h"

#include "base/strings.h"

#include <vector>

namespace oopsfarm {

/// In single quotes YAML knows one escape: the quote doubled.
static std::string quoted(const std::string& text)
{
  return "'" + replace_all(printable(text, 1000), "'", "''") + "'";
}

static std::string list_text(const char* key,
                             const std::vector<std::string>& values)
{
  if (values.empty()) {
    return "";
  }
  std::vector<std::string> items;
  for (const auto& value : values) {
    items.push_back(quoted(value));
  }
  return std::string("  ") + key + ": [" + join(items, ", ") + "]\n";
}

std::string bisection_text(const BisectionWish& wish)
{
  std::string text = "\nbisect:\n  good: " + quoted(wish.good) +
                     "\n  bad: " + quoted(wish.bad) + "\n";
  if (wish.is_reverse) {
    text += "  fixed: true\n";
  }
  return text + list_text("signatures", wish.signatures) +
         list_text("titles", wish.titles) + list_text("targets", wish.targets) +
         list_text("kconfigs", wish.kconfigs) +
         list_text("workloads", wish.workloads);
}

} // namespace oopsfarm
