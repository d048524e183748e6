// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "triage/judge.h"

#include <optional>

namespace oopsfarm {

/// The second kill in a group while the first victim still holds its memory,
/// if there was one (title "oom: premature victim").
///
/// The kernel picks no second victim before the first one's mm is reaped or
/// has gone through exit_mmap() (mm/oom_kill.c, oom_evaluate_task:
/// MMF_OOM_SKIP). So when neither the console said "oom_reaper: reaped process"
/// of the first, nor its parent saw it exit within a bound after the second
/// kill, its memory was passed by. The bound is one second, and as long again
/// as the heartbeat was late at most, divided by the share of the host's CPUs
/// that the guest got when it got least: from exit_mmap() to the exit that a
/// parent sees a guest on a busy host may stand still.
///
/// Says nothing where the times are not known: a console that was cut or has no
/// timestamps, kills without `teardown_us`. Kills of one memory.oom.group event
/// belong together. Pure.
std::optional<Finding> premature_victim(const RunEvidence& evidence);

} // namespace oopsfarm
