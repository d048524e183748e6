// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/bisections.h"

#include "base/strings.h"
#include "report/interval.h"
#include "report/posterior_plot.h"

#include <fmt/format.h>

namespace oopsfarm {

static std::string patch_text(const PatchInfo& patch, const JobReport& report)
{
  if (patch.number == 0) { // no patch of the job's series
    constexpr std::size_t object_id = 40;
    constexpr std::size_t length = 12;
    const auto& id = patch.commit;
    return printable((id.size() < object_id ? id : id.substr(0, length)) + " " +
                     patch.subject);
  }
  return fmt::format("patch {}/{} {}",
                     patch.number,
                     report.patches.size(),
                     printable(patch.subject));
}

std::string indented(const std::string& text, const std::string& indent)
{
  std::string result;
  for (const auto& line : split_lines(text)) {
    result += indent + printable(line) + "\n";
  }
  return result;
}

std::string check_text(const BisectedCheck& check, bool is_fix)
{
  if (!check.why_not.empty()) {
    return "not confirmed by reverting it: " + printable(check.why_not);
  }
  if (is_fix) {
    return check.confirms
               ? fmt::format("the crash is back with it reverted on the good "
                             "end ({} of {} runs)",
                             check.crashes,
                             check.runs)
               : fmt::format("the crash does not come back with it reverted "
                             "on the good end ({} runs pass)",
                             check.runs);
  }
  return check.confirms
             ? fmt::format(
                   "gone with it reverted on the bad end ({} runs pass)",
                   check.runs)
             : fmt::format("it still comes with it reverted on the bad end ({} "
                           "of {} runs): there may be a second culprit",
                           check.crashes,
                           check.runs);
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
    return fmt::format("  the {} has it {}, {:.1f}%\n",
                       crash.mode == "series" ? "base" : "good end",
                       crash.is_fix ? "still" : "already",
                       percent);
  }
  if (crash.conclusion == "not-here") {
    return fmt::format("  it did not come again: by {:.1f}% none of the "
                       "{} brings it often enough to be seen\n",
                       percent,
                       crash.mode == "series" ? "patches" : "changes");
  }
  std::string text;
  for (const auto& patch : crash.culprits) {
    text +=
        "  " + tinted(patch_text(patch, report), Tint::strong, colour) +
        (&patch == &crash.culprits.front()
             ? fmt::format(
                   "{}, {:.1f}%\n", crash.is_fix ? " fixed it" : "", percent)
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

/// What else is known; a line each, with a newline.
static std::string extras_text(const BisectedCrash& crash)
{
  std::string text;
  if (!crash.scope.empty()) {
    text += "  " + printable(crash.scope) + "\n";
  }
  for (const auto& check : crash.checks) {
    text += "  " + check_text(check, crash.is_fix) + "\n";
  }
  if (crash.signatures.size() > 1) {
    text += fmt::format("  counted as the same crash: {}\n",
                        printable(join(crash.signatures, ", ")));
  }
  constexpr std::size_t fewest = 3;
  if (crash.posterior.size() >= fewest) {
    constexpr std::size_t columns = 76;
    text += "  " + plot_blocks(crash.posterior, columns) + "\n";
  }
  if (!crash.change.empty()) {
    text += indented(crash.change, "    ");
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
    text += extras_text(crash);
    text += fmt::format("  {} runs, {} kernel{} built\n",
                        crash.runs,
                        crash.builds,
                        crash.builds == 1 ? "" : "s");
  }
  return text;
}

} // namespace oopsfarm
