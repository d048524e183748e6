// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/scope.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace oopsfarm {

namespace {

/// What is known of one target, over all its channels.
struct Place
{
  const Target* target = nullptr;
  unsigned crashes = 0;
  unsigned runs = 0;
  double affected = 0; ///< of the channel where it is likeliest
};

/// Below this the crash does not show there.
constexpr double not_here = 0.05;

std::vector<Place> places_of(const std::vector<BisectedRates>& rates,
                             const std::map<std::string, Target>& targets)
{
  std::vector<Place> places;
  for (const auto& [name, target] : targets) {
    Place place;
    place.target = &target;
    for (const auto& rate : rates) {
      if (rate.target == name) {
        place.crashes += rate.crashes_with;
        place.runs += rate.crashes_with + rate.passes_with;
        place.affected = std::max(place.affected, rate.affected);
      }
    }
    places.push_back(place);
  }
  return places;
}

std::string names_of(const std::vector<Place>& places)
{
  std::vector<std::string> names;
  for (const auto& place : places) {
    names.push_back(place.target->name);
  }
  return join(names, ", ");
}

std::string clean_text(const std::vector<Place>& clean)
{
  std::vector<std::string> words;
  for (const auto& place : clean) {
    words.push_back(fmt::format("{} (0 of {} runs, {:.1f} %)",
                                place.target->name,
                                place.runs,
                                100 * (1 - place.affected)));
  }
  return join(words, ", ");
}

/// "x86_64", "ppc64le", "radix MMU": what all that show it have in common and
/// none of the clean ones has; "" where there is no such thing.
std::string trait_of(const std::vector<Place>& seen,
                     const std::vector<Place>& clean)
{
  const auto& first = *seen.front().target;
  const auto all_of = [](const auto& places, const auto& is) {
    return std::all_of(places.begin(), places.end(), [&](const Place& place) {
      return is(*place.target);
    });
  };
  const auto same_arch = [&](const Target& target) {
    return target.arch == first.arch;
  };
  const auto same_mmu = [&](const Target& target) {
    return same_arch(target) && target.mmu == first.mmu;
  };
  const auto none_of = [&](const auto& places, const auto& is) {
    return all_of(places, [&](const Target& target) { return !is(target); });
  };
  if (all_of(seen, same_arch) && none_of(clean, same_arch)) {
    return to_string(first.arch);
  }
  if (!first.mmu.empty() && all_of(seen, same_mmu) &&
      none_of(clean, same_mmu)) {
    return first.mmu + " MMU";
  }
  return "";
}

} // namespace

std::string scope_of(const std::vector<BisectedRates>& rates,
                     const std::map<std::string, Target>& targets)
{
  std::vector<Place> seen;
  std::vector<Place> clean;
  std::vector<Place> unclear;
  std::vector<Place> untested;
  for (const auto& place : places_of(rates, targets)) {
    auto& list = place.crashes > 0            ? seen
                 : place.runs == 0            ? untested
                 : place.affected <= not_here ? clean
                                              : unclear;
    list.push_back(place);
  }
  if (seen.empty()) {
    return "";
  }
  std::string text;
  std::set<Arch> archs;
  for (const auto& place : seen) {
    archs.insert(place.target->arch);
  }
  const auto trait = clean.empty() ? "" : trait_of(seen, clean);
  if (!trait.empty()) {
    text = fmt::format("{} only: seen on {}; not on {}",
                       trait,
                       names_of(seen),
                       clean_text(clean));
  } else if (clean.empty() && archs.size() > 1) {
    text = "neutral: seen on " + names_of(seen);
  } else {
    text = "seen on " + names_of(seen);
    text += clean.empty() ? "" : "; not on " + clean_text(clean);
  }
  for (const auto& place : unclear) {
    text += fmt::format("; passed {} runs on {}, too few to tell",
                        place.runs,
                        place.target->name);
  }
  return text +
         (untested.empty() ? "" : "; not tested on " + names_of(untested));
}

} // namespace oopsfarm
