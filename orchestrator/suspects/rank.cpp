// SPDX-License-Identifier: GPL-2.0-or-later
#include "suspects/rank.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace oopsfarm {

namespace {

/// What speaks against one patch. Weights are odds against a patch that
/// touches nothing near: a patch that wrote the very line is suspected before
/// one that changes its function, that before the callers, and those before
/// what was called and has returned.
struct Charge
{
  double weight = 0;
  std::vector<std::string> reasons;

  void add(double more, std::string reason)
  {
    constexpr std::size_t most = 4;
    weight += more;
    if (reasons.size() < most) {
      reasons.push_back(std::move(reason));
    }
  }
};

} // namespace

static constexpr double wrote_line = 24;
static constexpr double changes_blamed = 16;
static constexpr double changes_on_stack = 10;
static constexpr double changes_called = 3;
static constexpr double changes_file = 2;
/// What is locked, counted or freed in other ways shows elsewhere: in the task
/// that still holds, walks or frees the same memory. For each name, the first
/// few; near: in a folder of the stack, or as far as is known.
static constexpr double changes_lifetime_near = 3;
static constexpr double changes_lifetime_far = 1;
/// A patch on the stack that only moves code about is the less suspicious.
static constexpr double moves_only = 0.5;

/// The nearest frame of each function that the patch changes.
static void
charge_stack(const CrashSite& site, const Touch& touch, Charge& charge)
{
  std::set<std::string> seen;
  for (const auto& frame : site.frames) {
    if (!frame.trusted || touch.functions.count(frame.function) == 0 ||
        !seen.insert(frame.function).second) {
      continue;
    }
    if (frame.function == site.frame) {
      charge.add(changes_blamed,
                 fmt::format("changes {}, which crashed", frame.function));
    } else {
      charge.add(
          changes_on_stack / (1 + frame.depth / 4.0),
          frame.depth == 0
              ? fmt::format("changes {}, where it crashed", frame.function)
              : fmt::format("changes {}, {} call{} up the stack",
                            frame.function,
                            frame.depth,
                            frame.depth == 1 ? "" : "s"));
    }
  }
}

static void
charge_near(const CrashSite& site, const Touch& touch, Charge& charge)
{
  for (const auto& function : touch.functions) {
    const auto near = site.near.find(function);
    if (near != site.near.end()) {
      charge.add(changes_called / near->second.calls,
                 fmt::format("changes {}, which {} calls{}",
                             function,
                             near->second.from,
                             near->second.calls > 1 ? " indirectly" : ""));
    }
  }
}

static void
charge_files(const CrashSite& site, const Touch& touch, Charge& charge)
{
  for (const auto& frame : site.frames) {
    if (frame.trusted && touch.files.count(frame.file) > 0) {
      charge.add(
          changes_file / (1 + frame.depth / 2.0),
          fmt::format("changes {}, where {} is", frame.file, frame.function));
      return;
    }
  }
}

static std::string folder_of(const std::string& file)
{
  return file.substr(0, std::min(file.rfind('/'), file.size()));
}

/// Whether the patch is in a folder that the stack goes through; also when no
/// symbols say where that is.
static bool is_near(const CrashSite& site, const Touch& touch)
{
  std::set<std::string> folders;
  for (const auto& file : touch.files) {
    folders.insert(folder_of(file));
  }
  bool known = false;
  for (const auto& frame : site.frames) {
    known = known || !frame.file.empty();
    if (frame.trusted && folders.count(folder_of(frame.file)) > 0) {
      return true;
    }
  }
  return !known;
}

static void
charge_lifetime(const CrashSite& site, const Touch& touch, Charge& charge)
{
  constexpr std::size_t most = 3;
  const auto count = std::min(touch.lifetime.size(), most);
  if (count == 0) {
    return;
  }
  std::string names;
  for (auto name = touch.lifetime.begin();
       name !=
       std::next(touch.lifetime.begin(), static_cast<std::ptrdiff_t>(count));
       ++name) {
    names += (names.empty() ? "" : ", ") + *name;
  }
  charge.add(static_cast<double>(count) * (is_near(site, touch)
                                               ? changes_lifetime_near
                                               : changes_lifetime_far),
             "changes what is locked, counted or freed: " + names);
}

static Charge charge_of(const CrashSite& site, const PatchEvidence& patch)
{
  Charge charge;
  for (const auto& line : patch.wrote) {
    charge.add(wrote_line / static_cast<double>(patch.wrote.size()),
               "wrote " + line);
  }
  charge_stack(site, patch.touch, charge);
  charge_near(site, patch.touch, charge);
  if (charge.reasons.empty()) {
    charge_files(site, patch.touch, charge);
  }
  charge.weight *= patch.touch.lifetime.empty() ? moves_only : 1;
  charge_lifetime(site, patch.touch, charge);
  return charge;
}

std::vector<Suspect> rank_suspects(const CrashSite& site,
                                   const std::vector<PatchEvidence>& patches)
{
  constexpr double floor = 0.2;
  std::vector<Suspect> suspects;
  double sum = 0;
  for (const auto& patch : patches) {
    auto charge = charge_of(site, patch);
    sum += charge.weight;
    suspects.push_back({patch.patch, charge.weight, std::move(charge.reasons)});
  }
  const auto count = static_cast<double>(patches.size());
  for (auto& suspect : suspects) {
    suspect.probability =
        sum == 0 ? 1 / count
                 : floor / count + (1 - floor) * suspect.probability / sum;
  }
  std::stable_sort(
      suspects.begin(), suspects.end(), [](const Suspect& a, const Suspect& b) {
        return a.probability > b.probability;
      });
  return suspects;
}

} // namespace oopsfarm
