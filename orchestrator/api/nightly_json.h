// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "store/nightlies.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// A night as the API shows it (docs/formats.md): one line with its newline.
std::string json_of(const StoredNight& night,
                    const std::vector<StoredBisection>& bisections);

/// A nightly, with when it is due next and its last night.
std::string json_of(const StoredNightly& nightly,
                    const std::optional<StoredNight>& last,
                    WallTime now);

/// The same as a client reads them.
struct NightView
{
  std::string job;
  std::string day;
  std::string state; ///< "fetching", or to_string(JobState)
  int exit_code = 0;
  std::string base_commit;
  std::string note;
  std::string error;
  std::string summary; ///< comparison_summary(), or "" before its end
  bool is_worse = false;
  std::vector<std::string> bisections; ///< a line each, for people
};

struct NightlyView
{
  std::string name;
  std::string owner;
  std::string tree;
  std::string schedule;
  std::string next; ///< where its schedule is: "2026-11-23 02:00 CET"
  std::string note;
  std::optional<NightView> last;
};

/// Both fail (infra) on what no daemon of this version sends.
Result<NightView> parse_night_view(std::string_view line);
Result<NightlyView> parse_nightly_view(std::string_view line);

} // namespace oopsfarm
