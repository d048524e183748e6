// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "nightly/compare.h"

#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace oopsfarm {

/// Nights that a cell's history has evidence of, tonight last.
struct TrackNights
{
  std::vector<const Night*> nights;

  std::size_t size() const { return nights.size(); }

  const std::string& job(std::size_t i) const { return nights.at(i)->job; }

  const std::string& day(std::size_t i) const { return nights.at(i)->day; }

  const std::string& commit(std::size_t i) const
  {
    return nights.at(i)->commit;
  }
};

/// A crash in a cell, night by night from its last change on.
struct RateTrack : TrackNights
{
  std::vector<Rate> rates;
  std::optional<ChangeKind> began_with; ///< that change

  Rate sum(std::size_t begin, std::size_t end) const;
};

/// A cell's teardown times, night by night from their last change on: of each
/// night the medians of its runs.
struct TimeTrack : TrackNights
{
  std::vector<std::vector<double>> times;
};

/// Tonight and the nights before it that count: those of its tree, the last
/// `max_past_nights` of them. Refers to both, which outlive it.
class Tracks
{
public:
  Tracks(const std::vector<PastNight>& past, const Night& tonight);

  const std::vector<const PastNight*>& past() const { return past_; }

  /// The base of the last night.
  std::string last_commit() const;

  /// An earlier night had the cell, with evidence or without.
  bool has_cell(const NightCell& cell) const;

  /// All that the cell has shown, tonight or before.
  std::set<std::string> signatures_in(const NightCell& cell) const;

  /// The newest title of a signature.
  std::string title_of(const std::string& signature) const;

  RateTrack rates(const NightCell& cell, const std::string& signature) const;
  TimeTrack teardown(const NightCell& cell) const;

  /// The last boot_broken or boot_mended.
  std::optional<Change> last_boot_change(const std::string& target,
                                         const std::string& kernel,
                                         const std::string& kconfig) const;

private:
  std::vector<const PastNight*> past_;
  const Night& tonight_;
};

/// The change tells of the cell, perhaps among others.
bool is_about(const Change& change, const NightCell& cell);

/// Tonight's first run that showed it, or "".
std::string run_with(const NightCell& cell, const std::string& signature);

/// The nights from `begin` on against those before.
struct RateSplit
{
  std::size_t begin = 0;
  Rate before;
  Rate after;
  bool is_up = false;
  double chance = 1; ///< with all splits that were tried accounted for
};

/// The split that speaks most of a change; nothing where there is no night
/// before, or the crash never came.
std::optional<RateSplit> best_split(const RateTrack& track);

struct TimeSplit
{
  std::size_t begin = 0;
  std::uint64_t before_us = 0;
  std::uint64_t after_us = 0;
  double chance = 1;
};

/// The same for times. Only of splits where each night after is beyond all
/// nights before: what a host's load does to one night is no change of the
/// kernel's. And by a quarter and 1 ms at least: less is of no interest.
std::optional<TimeSplit> best_split(const TimeTrack& track);

} // namespace oopsfarm
