// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"

#include <string>

namespace oopsfarm {

/// KTAP version 1 (Documentation/dev-tools/ktap.rst): a test for each kernel on
/// each target and kconfig, below it one for each workload, below that the
/// results of programs; and a test `series` for what is to be said of all of
/// it. What the base has, too, is `XFAIL`, a hang `TIMEOUT`, a cell without
/// evidence `ERROR`. Pure.
std::string ktap_report(const JobReport& report);

} // namespace oopsfarm
