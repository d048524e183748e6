// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string_view>

namespace oopsfarm {

/// The minutes of a calendar that cron's five fields name (crontab(5)). Each
/// mask has bit N for the value N. Plain value.
struct Cron
{
  std::uint64_t minutes = 0;
  std::uint32_t hours = 0;
  std::uint32_t days = 0;     ///< of the month, from 1
  std::uint32_t months = 0;   ///< from 1
  std::uint32_t weekdays = 0; ///< 0 is Sunday
  /// The field began with `*`. Where neither did, a day that fits one of the
  /// two fields is enough, as crontab(5) has it.
  bool any_day = true;
  bool any_weekday = true;

  bool has_day(unsigned month, unsigned day, unsigned weekday) const;

  bool has_time(unsigned hour, unsigned minute) const
  {
    return ((hours >> hour) & 1U) != 0 && ((minutes >> minute) & 1U) != 0;
  }
};

/// Reads cron's five fields: minute, hour, day of month, month, day of week,
/// each `*` or numbers, ranges and lists with optional steps (crontab(5);
/// names of months and days are not taken). Fails (user) and names the field;
/// also on days that no year has (30 February).
Result<Cron> parse_cron(std::string_view text);

} // namespace oopsfarm
