// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "report/text_report.h"

#include <fmt/format.h>

#include <charconv>

namespace oopsfarm {

/// "v6.1 (830b3c68c1fb)"; the kernel's convention is 12 digits.
static std::string base_text(const JobReport& report)
{
  const auto commit = printable(report.base_commit.substr(0, 12));
  if (report.base.empty() || report.base == report.base_commit) {
    return commit;
  }
  return printable(report.base) + (commit.empty() ? "" : " (" + commit + ")");
}

/// N of "patch N", or 0.
static unsigned patch_number(const std::string& kernel)
{
  constexpr std::string_view prefix = "patch ";
  unsigned number = 0;
  if (kernel.starts_with(prefix)) {
    std::from_chars(
        kernel.data() + prefix.size(), kernel.data() + kernel.size(), number);
  }
  return number;
}

static const PatchInfo* find_patch(const JobReport& report, unsigned number)
{
  for (const auto& patch : report.patches) {
    if (patch.number == number) {
      return &patch;
    }
  }
  return nullptr;
}

std::string under_test(const JobReport& report, const std::string& kernel)
{
  const auto count = report.patches.size();
  if (const auto* patch = find_patch(report, patch_number(kernel))) {
    return fmt::format("patch {}/{} '{}' onto {}",
                       patch->number,
                       count,
                       printable(patch->subject, 200),
                       base_text(report));
  }
  if (kernel == "series" && count > 0) {
    const auto& tip = report.patches.back();
    return fmt::format("{} patch{} onto {}, tip [{}/{}] {}",
                       count,
                       count == 1 ? "" : "es",
                       base_text(report),
                       tip.number,
                       count,
                       printable(tip.subject, 200));
  }
  return printable(kernel) + " " + base_text(report);
}

} // namespace oopsfarm
