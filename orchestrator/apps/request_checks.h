// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "apps/command_line.h"

namespace oopsfarm {

/// Whether options go together, where CLI11 can't say it. Fail (user) with
/// what is missing or too much. Pure.
Status check_request(const BisectRequest& request);
Status check_request(const ReportRequest& request);

} // namespace oopsfarm
