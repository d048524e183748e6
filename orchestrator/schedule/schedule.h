// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "schedule/cron.h"

#include <chrono>
#include <string>
#include <string_view>

namespace oopsfarm {

/// A second of UTC. Where it is a time that a clock shows, it is whole seconds
/// because cron's minutes are.
using Instant = std::chrono::sys_seconds;

/// The instants at which a clock on the wall of some time zone shows what cron
/// names. Pure, once the system's time zone data has been read (by the `date`
/// library inside: the first use of a zone; a process keeps what it read).
///
/// Where the clocks are put forward, a time that they skip comes when they
/// have been: 02:30 at 03:00. Where they are put back, a time that they show
/// twice comes the first time alone. So each local time comes once, and those
/// that fall on one instant are one.
///
/// Threads: all may use the same one.
class Schedule
{
public:
  /// Cron's five fields, in UTC, or in the zone that stands before them, as
  /// cronie's crontab(5) has it: "CRON_TZ=Europe/Berlin 0 2 * * *". Fails
  /// (user) as check_zone() and parse_cron().
  static Result<Schedule> parse(std::string_view text);

  /// The first instant after `after`; at most 12 years ahead (29 February on
  /// a weekday field of `*`). REQUIRES: years 1902 to 2200.
  Instant next(Instant after) const;

  /// "2026-11-23 02:00 CET".
  std::string local(Instant at) const;

  /// "2026-11-23": the day that the wall's calendar shows.
  std::string local_day(Instant at) const;

private:
  Schedule(Cron cron, std::string zone);

  Cron cron_;
  std::string zone_;
};

/// Checks a name of the IANA database, such as "Europe/Berlin". Fails (user) on
/// one that the system does not know.
Status check_zone(std::string_view zone);

/// The text of a schedule in a zone, for parse().
std::string schedule_in_zone(const std::string& cron, const std::string& zone);

} // namespace oopsfarm
