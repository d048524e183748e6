// SPDX-License-Identifier: GPL-2.0-or-later
#include "schedule/schedule.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <date/tz.h>

#include <algorithm>
#include <stdexcept>

namespace oopsfarm {

static constexpr const char* utc = "Etc/UTC";

/// Nothing for a name that the system's data has not. The library caches.
static const date::time_zone* find_zone(const std::string& name)
{
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return nullptr; // unknown, or no data at all
  }
}

static const date::time_zone& zone_of(const std::string& name)
{
  return *find_zone(name); // parse() has found it
}

Status check_zone(std::string_view zone)
{
  constexpr std::size_t longest = 64;
  if (zone.size() <= longest && find_zone(std::string(zone)) != nullptr) {
    return Ok{};
  }
  return user_error(fmt::format(
      "'{}' is no time zone that this system knows; names look like "
      "Europe/Berlin, and stand in /usr/share/zoneinfo",
      printable(zone, 80)));
}

Schedule::Schedule(Cron cron, std::string zone)
    : cron_(cron), zone_(std::move(zone))
{
}

static constexpr std::string_view zone_mark = "CRON_TZ=";

std::string schedule_in_zone(const std::string& cron, const std::string& zone)
{
  return fmt::format("{}{} {}", zone_mark, zone, cron);
}

Result<Schedule> Schedule::parse(std::string_view text)
{
  std::string_view zone = utc;
  auto cron = trim(text);
  if (cron.starts_with(zone_mark)) {
    cron.remove_prefix(zone_mark.size());
    const auto end = std::min(cron.find(' '), cron.size());
    zone = cron.substr(0, end);
    cron.remove_prefix(end);
  }
  TRY_ASSIGN(const auto fields, parse_cron(cron));
  TRY(check_zone(zone));
  return Schedule(fields, std::string(zone));
}

/// The instant at which the wall's clock first shows `local`, or at which it
/// has been put forward beyond it.
static Instant instant_of(const date::time_zone& zone,
                          date::local_seconds local)
{
  const auto info = zone.get_info(local);
  return info.result == date::local_info::nonexistent
             ? info.first.end
             : Instant(local.time_since_epoch() - info.first.offset);
}

Instant Schedule::next(Instant after) const
{
  constexpr int days_ahead = 12 * 366;
  const auto& zone = zone_of(zone_);
  // A day earlier: times that are skipped there come after its midnight.
  const auto today =
      date::floor<date::days>(zone.to_local(after)) - date::days(1);
  for (auto day = today; day < today + date::days(days_ahead);
       day += date::days(1)) {
    const date::year_month_day date(day);
    if (!cron_.has_day(static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()),
                       date::weekday(day).c_encoding())) {
      continue;
    }
    constexpr unsigned minutes_a_day = 24 * 60;
    constexpr unsigned minutes_an_hour = 60;
    for (unsigned minute = 0; minute < minutes_a_day; ++minute) {
      if (!cron_.has_time(minute / minutes_an_hour, minute % minutes_an_hour)) {
        continue;
      }
      const auto at = instant_of(zone, day + std::chrono::minutes(minute));
      if (at > after) {
        return at;
      }
    }
  }
  return Instant::max(); // parse_cron() refuses what never comes
}

std::string Schedule::local(Instant at) const
{
  return date::format("%Y-%m-%d %H:%M %Z",
                      date::make_zoned(&zone_of(zone_), at));
}

std::string Schedule::local_day(Instant at) const
{
  return local(at).substr(0, std::string_view("2026-11-23").size());
}

} // namespace oopsfarm
