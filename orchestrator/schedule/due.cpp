// SPDX-License-Identifier: GPL-2.0-or-later
#include "schedule/due.h"

#include <algorithm>

namespace oopsfarm {

static constexpr unsigned max_missed = 1000;

Due what_is_due(const Schedule& schedule,
                Instant settled,
                Instant now,
                bool is_running)
{
  Due due;
  due.at = settled > now + max_setback ? now : settled;
  due.next = schedule.next(due.at);
  if (due.next > now) {
    return due;
  }
  due.action = is_running ? DueAction::leave_out : DueAction::start;
  due.at = due.next;
  due.next = schedule.next(due.at);
  while (due.next <= now) {
    ++due.missed;
    due.at = due.next;
    if (due.missed == max_missed) {
      // Nobody counts a year of minutes; the last one is still wanted.
      const auto lately = now - std::chrono::hours(25);
      if (lately > due.at && schedule.next(lately) <= now) {
        due.at = lately;
      }
    }
    due.missed = std::min(due.missed, max_missed);
    due.next = schedule.next(due.at);
  }
  return due;
}

} // namespace oopsfarm
