// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/bisections.h"

#include "base/strings.h"
#include "report/interval.h"

#include <fmt/format.h>

namespace oopsfarm {

static std::string patch_text(const PatchInfo& patch, const JobReport& report)
{
  return fmt::format("patch {}/{} {}",
                     patch.number,
                     report.patches.size(),
                     printable(patch.subject));
}

/// "9 of 10 runs crash, 90% [60–98]".
static std::string rate_of(unsigned crashes, unsigned passes)
{
  const auto runs = crashes + passes;
  return runs == 0 ? "no run"
                   : fmt::format("{} of {} runs crash, {}",
                                 crashes,
                                 runs,
                                 rate_text(crashes, runs));
}

static std::string
finding_of(const BisectedCrash& crash, const JobReport& report, Colour colour)
{
  const auto percent = 100 * crash.probability;
  if (crash.conclusion == "base-has-it") {
    return fmt::format("  the base has it already, {:.1f}%\n", percent);
  }
  if (crash.conclusion == "not-here") {
    return fmt::format("  it did not come again: by {:.1f}% none of the "
                       "patches brings it often enough to be seen\n",
                       percent);
  }
  std::string text;
  for (const auto& patch : crash.culprits) {
    text += "  " + tinted(patch_text(patch, report), Tint::strong, colour) +
            (&patch == &crash.culprits.front()
                 ? fmt::format(", {:.1f}%\n", percent)
                 : ", or this one: what lies between does not build\n");
  }
  if (!text.empty()) {
    return text;
  }
  text = fmt::format("  undecided; {:.0f}% lie on:\n",
                     100 * crash.candidates_mass);
  for (const auto& patch : crash.candidates) {
    text += "    " + patch_text(patch, report) + "\n";
  }
  return text;
}

std::string bisections_text(const JobReport& report, Colour colour)
{
  std::string text;
  for (const auto& crash : report.bisections) {
    text += "\nbisected: " + printable(crash.title) + "\n";
    text += finding_of(crash, report, colour);
    for (const auto& rates : crash.rates) {
      text += fmt::format("  {}: with it {}; without {}\n",
                          printable(rates.channel),
                          rate_of(rates.crashes_with, rates.passes_with),
                          rate_of(rates.crashes_without, rates.passes_without));
    }
    text += fmt::format("  {} runs, {} kernel{} built\n",
                        crash.runs,
                        crash.builds,
                        crash.builds == 1 ? "" : "s");
  }
  return text;
}

} // namespace oopsfarm
