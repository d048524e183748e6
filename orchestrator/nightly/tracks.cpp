// SPDX-License-Identifier: GPL-2.0-or-later
#include "nightly/tracks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace oopsfarm {

/// How many nights may stand for "now".
static constexpr std::array<std::size_t, 4> windows = {1, 2, 4, 8};

/// Times drift with the host: older nights say little.
static constexpr std::size_t max_time_nights = 20;

Rate RateTrack::sum(std::size_t begin, std::size_t end) const
{
  Rate all;
  for (auto i = begin; i < end; ++i) {
    all = all + rates.at(i);
  }
  return all;
}

static bool same_cell(const NightCell& a, const NightCell& b)
{
  return a.target == b.target && a.kernel == b.kernel &&
         a.kconfig == b.kconfig && a.workload == b.workload;
}

static const NightCell* find_cell(const Night& night, const NightCell& wanted)
{
  const auto found =
      std::find_if(night.cells.begin(), night.cells.end(), [&](auto& cell) {
        return same_cell(cell, wanted);
      });
  return found == night.cells.end() ? nullptr : &*found;
}

static const NightCrash* find_crash(const NightCell& cell,
                                    const std::string& signature)
{
  const auto found =
      std::find_if(cell.crashes.begin(), cell.crashes.end(), [&](auto& crash) {
        return crash.signature == signature;
      });
  return found == cell.crashes.end() ? nullptr : &*found;
}

bool is_about(const Change& change, const NightCell& cell)
{
  const bool is_it =
      change.target == cell.target && change.kernel == cell.kernel &&
      change.kconfig == cell.kconfig &&
      (change.workload.empty() || change.workload == cell.workload);
  const auto label = fmt::format(
      "{} {} {} {}", cell.target, cell.kernel, cell.kconfig, cell.workload);
  return is_it || std::find(change.also.begin(), change.also.end(), label) !=
                      change.also.end();
}

std::string run_with(const NightCell& cell, const std::string& signature)
{
  const auto* crash = find_crash(cell, signature);
  return crash == nullptr ? "" : crash->run_id;
}

Tracks::Tracks(const std::vector<PastNight>& past, const Night& tonight)
    : tonight_(tonight)
{
  for (const auto& night : past) {
    if (night.night.tree == tonight.tree) {
      past_.push_back(&night);
    }
  }
  if (past_.size() > max_past_nights) {
    past_.erase(past_.begin(), past_.end() - max_past_nights);
  }
}

std::string Tracks::last_commit() const
{
  return past_.empty() ? "" : past_.back()->night.commit;
}

bool Tracks::has_cell(const NightCell& cell) const
{
  return std::any_of(past_.begin(), past_.end(), [&](const PastNight* night) {
    return find_cell(night->night, cell) != nullptr;
  });
}

std::set<std::string> Tracks::signatures_in(const NightCell& cell) const
{
  std::set<std::string> signatures;
  const auto add = [&](const Night& night) {
    if (const auto* found = find_cell(night, cell)) {
      for (const auto& crash : found->crashes) {
        signatures.insert(crash.signature);
      }
    }
  };
  for (const auto* night : past_) {
    add(night->night);
  }
  add(tonight_);
  return signatures;
}

std::string Tracks::title_of(const std::string& signature) const
{
  std::string title;
  const auto look = [&](const Night& night) {
    for (const auto& cell : night.cells) {
      const auto* crash = find_crash(cell, signature);
      title = crash == nullptr ? title : crash->title;
    }
  };
  for (const auto* night : past_) {
    look(night->night);
  }
  look(tonight_);
  return title;
}

/// Where the history of something begins: at the night from which on the last
/// change of it was. `wanted` says which changes count.
template <typename Wanted>
static std::pair<std::size_t, std::optional<ChangeKind>>
begin_of(const std::vector<const PastNight*>& past, const Wanted& wanted)
{
  for (auto at = past.size(); at > 0; --at) {
    for (const auto& change : past[at - 1]->changes) {
      if (!wanted(change)) {
        continue;
      }
      auto begin = at - 1;
      while (begin > 0 && past[begin]->night.job != change.since) {
        --begin;
      }
      // A night that is not known any more: from the change itself on.
      const bool is_found = past[begin]->night.job == change.since;
      return {is_found ? begin : at - 1, change.kind};
    }
  }
  return {0, std::nullopt};
}

RateTrack Tracks::rates(const NightCell& cell,
                        const std::string& signature) const
{
  RateTrack track;
  const auto [begin, kind] = begin_of(past_, [&](const Change& change) {
    return change.signature == signature && is_about(change, cell);
  });
  track.began_with = kind;
  const auto add = [&](const Night& night) {
    const auto* found = find_cell(night, cell);
    if (found != nullptr && found->observations > 0) {
      const auto* crash = find_crash(*found, signature);
      track.nights.push_back(&night);
      track.rates.push_back(
          {crash == nullptr ? 0 : crash->runs, found->observations});
    }
  };
  for (auto i = begin; i < past_.size(); ++i) {
    add(past_[i]->night);
  }
  add(tonight_);
  return track;
}

TimeTrack Tracks::teardown(const NightCell& cell) const
{
  TimeTrack track;
  auto begin = begin_of(past_, [&](const Change& change) {
                 return (change.kind == ChangeKind::teardown_slower ||
                         change.kind == ChangeKind::teardown_faster) &&
                        is_about(change, cell);
               }).first;
  if (past_.size() > max_time_nights) {
    begin = std::max(begin, past_.size() - max_time_nights);
  }
  const auto add = [&](const Night& night) {
    const auto* found = find_cell(night, cell);
    if (found != nullptr && !found->teardown_us.empty()) {
      track.nights.push_back(&night);
      track.times.emplace_back(found->teardown_us.begin(),
                               found->teardown_us.end());
    }
  };
  for (auto i = begin; i < past_.size(); ++i) {
    add(past_[i]->night);
  }
  const auto before = track.size();
  add(tonight_);
  if (track.size() == before) {
    track = {}; // nothing was timed tonight
  }
  return track;
}

std::optional<Change> Tracks::last_boot_change(const std::string& target,
                                               const std::string& kernel,
                                               const std::string& kconfig) const
{
  for (auto night = past_.rbegin(); night != past_.rend(); ++night) {
    for (const auto& change : (*night)->changes) {
      if ((change.kind == ChangeKind::boot_broken ||
           change.kind == ChangeKind::boot_mended) &&
          change.target == target && change.kernel == kernel &&
          change.kconfig == kconfig) {
        return change;
      }
    }
  }
  return std::nullopt;
}

std::optional<RateSplit> best_split(const RateTrack& track)
{
  std::optional<RateSplit> best;
  unsigned tried = 0;
  if (track.sum(0, track.size()).failed == 0) {
    return std::nullopt;
  }
  for (const auto window : windows) {
    if (window >= track.size()) {
      break;
    }
    ++tried;
    RateSplit split;
    split.begin = track.size() - window;
    split.before = track.sum(0, split.begin);
    split.after = track.sum(split.begin, track.size());
    split.is_up = split.after.value() > split.before.value();
    split.chance = split.is_up ? chance_of_as_many(split.before, split.after)
                               : chance_of_as_few(split.before, split.after);
    if (!best || split.chance < best->chance) {
      best = split;
    }
  }
  if (best) {
    constexpr double sides = 2;
    best->chance = std::min(1.0, best->chance * sides * tried);
  }
  return best;
}

static std::vector<double>
joined(const TimeTrack& track, std::size_t begin, std::size_t end)
{
  std::vector<double> all;
  for (auto i = begin; i < end; ++i) {
    all.insert(all.end(), track.times[i].begin(), track.times[i].end());
  }
  return all;
}

/// Every night from `begin` on is beyond every night before it, on one side.
static bool is_apart(const TimeTrack& track, std::size_t begin)
{
  std::vector<double> before;
  std::vector<double> after;
  for (std::size_t i = 0; i < track.size(); ++i) {
    (i < begin ? before : after).push_back(median_of(track.times[i]));
  }
  const auto [low, high] = std::minmax_element(before.begin(), before.end());
  const auto [first, last] = std::minmax_element(after.begin(), after.end());
  return *first > *high || *last < *low;
}

static bool is_of_interest(double before, double after)
{
  constexpr double least_part = 1.25;
  constexpr double least_us = 1000;
  const auto [low, high] = std::minmax(before, after);
  return high >= low * least_part && high - low >= least_us;
}

std::optional<TimeSplit> best_split(const TimeTrack& track)
{
  std::optional<TimeSplit> best;
  unsigned tried = 0;
  for (const auto window : windows) {
    if (window >= track.size()) {
      break;
    }
    ++tried;
    const auto begin = track.size() - window;
    const auto before = joined(track, 0, begin);
    const auto after = joined(track, begin, track.size());
    const auto chance =
        is_apart(track, begin) &&
                is_of_interest(median_of(before), median_of(after))
            ? chance_of_ranks(before, after)
            : 1.0;
    if (!best || chance < best->chance) {
      best = TimeSplit{begin,
                       static_cast<std::uint64_t>(median_of(before)),
                       static_cast<std::uint64_t>(median_of(after)),
                       chance};
    }
  }
  if (best) {
    best->chance = std::min(1.0, best->chance * tried);
  }
  return best;
}

} // namespace oopsfarm
