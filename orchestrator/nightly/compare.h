// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "nightly/night.h"
#include "nightly/statistics.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// What a night may bring. In JSON: "new-crash", "crash-back", …
enum class ChangeKind {
  new_crash,  ///< of a signature that no earlier night had
  crash_back, ///< it was gone, beyond chance, and is there again
  rate_up,    ///< a known one comes more often, beyond chance
  rate_down,
  gone, ///< a known one does not come any more, beyond chance
  build_broken,
  build_mended,
  boot_broken, ///< no guest gets to init any more
  boot_mended,
  teardown_slower, ///< beyond chance, and by a quarter at least
  teardown_faster
};

const char* to_string(ChangeKind kind);

/// Inverse of to_string(). Fails (internal) on any other text.
Result<ChangeKind> parse_change_kind(std::string_view text);

/// Something that people have to look at.
bool is_worse(ChangeKind kind);

/// One difference between a night and those before it.
struct Change
{
  ChangeKind kind = ChangeKind::new_crash;
  std::string target;
  std::string kernel;
  std::string kconfig;
  std::string workload; ///< "" for builds and boots: of all workloads
  /// A new crash that several cells show is one change; these are the others:
  /// "ppc64le-hash base mm-debug memcg".
  std::vector<std::string> also;
  std::string signature; ///< of a crash; else ""
  std::string title;
  Rate before; ///< of crashes: over the nights that it is compared with
  Rate after;  ///< over the nights from `since` on
  std::uint64_t before_us = 0; ///< teardown: the medians of the runs' medians
  std::uint64_t after_us = 0;
  /// Of as much or more by chance alone; 0 where nothing is drawn by lot
  /// (builds).
  double chance = 0;
  std::string since;     ///< job of the first night that has it
  std::string since_day; ///< and its day
  std::string run_id;    ///< of tonight, that shows it; or ""
  /// Between which commits it came: the base of the last night without it, and
  /// of the first with it. "": unknown. The same twice: no commit brought it.
  std::string good;
  std::string bad;
};

/// A night beside those before it.
struct Comparison
{
  std::string before; ///< job of the last night it is compared with; "": none
  std::string before_day;
  std::string before_commit;
  std::string after;
  std::string after_day;
  std::string after_commit;
  std::size_t nights = 0; ///< how many it is compared with
  std::vector<Change> changes;
  std::size_t cells = 0;      ///< that could be compared
  std::size_t new_cells = 0;  ///< that no earlier night had
  std::size_t lost_cells = 0; ///< without any evidence tonight

  bool has_worse() const;
};

/// An earlier night, with what had changed in it.
struct PastNight
{
  Night night;
  std::vector<Change> changes;
};

/// Of the changes that are called beyond chance at most this part is false, on
/// average.
inline constexpr double false_discoveries = 0.01;

/// Nights before that are looked at.
inline constexpr std::size_t max_past_nights = 60;

/// Compares a night with those before it, the oldest first. Pure.
///
/// A crash is told by its signature. One that no earlier night showed (none of
/// `known` either) is news at its first sight. Rates of known ones are tested,
/// cell by cell, with the last 1, 2, 4 or 8 nights against those before, back
/// to the last night that had a change of that crash in that cell; so are the
/// runs' teardown times. A night's tests of crashes together have
/// `false_discoveries` as their level, and so have those of times. Nights of
/// another tree do not count.
Comparison compare_nights(const std::vector<PastNight>& past,
                          const Night& tonight,
                          const std::set<std::string>& known = {});

/// JSON, one line without a newline: kind "comparison" (docs/formats.md).
std::string to_json(const Comparison& comparison);

/// Fails (user) on text that is none, and names the key.
Result<Comparison> parse_comparison(std::string_view text);

} // namespace oopsfarm
