// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "schedule/schedule.h"

namespace oopsfarm {

enum class DueAction {
  wait,     ///< nothing is due
  start,    ///< begin `at`'s
  leave_out ///< `at` is due, but what began earlier still runs
};

/// What a schedule asks for at a moment.
struct Due
{
  DueAction action = DueAction::wait;
  /// The last instant that was due: all up to it is settled with this. While
  /// waiting, the one that was settled last.
  Instant at;
  Instant next;        ///< the one that is due after that
  unsigned missed = 0; ///< due earlier, and not begun; 1000 stands for more
};

/// How far back a clock may be put without any night being begun twice. One
/// that is put back further was wrong before: its nights begin anew.
inline constexpr std::chrono::hours max_setback{48};

/// Decides by `settled`, the last instant that was begun or left out (or when
/// the schedule was made). However many were missed, one is begun. Pure.
Due what_is_due(const Schedule& schedule,
                Instant settled,
                Instant now,
                bool is_running);

} // namespace oopsfarm
