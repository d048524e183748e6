// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <string_view>

namespace oopsfarm {

/// Checks cron's five fields: minute, hour, day of month, month, day of week,
/// each `*` or numbers, ranges and lists with optional steps (crontab(5);
/// names of months and days are not taken). Fails (user) and names the field.
Status check_cron(std::string_view schedule);

} // namespace oopsfarm
