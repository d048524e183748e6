// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"

#include <string>

namespace oopsfarm {

/// JUnit's XML as Jenkins, GitLab and others read it: a suite for each kernel
/// on each target and kconfig, a case for each workload, and a suite `series`
/// for what is to be said of all of it. `failure` is a kernel's, `error` the
/// farm's own; what the base has, too, is `skipped`, and says so. Pure.
/// Format: https://github.com/testmoapp/junitxml.
std::string junit_report(const JobReport& report);

} // namespace oopsfarm
