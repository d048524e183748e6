// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "triage/name_table.h"
#include "triage/report_text.h"
#include "triage/rules.h"

#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// The function that a report blames by `policy`, or "". `named` is what the
/// head line itself named; `skip` is the rule's own table of helpers; `frames`
/// are the report's. The view is into the report's text or `named`.
std::string_view blamed_function(const ReportText& report,
                                 const std::vector<StackFrame>& frames,
                                 FramePolicy policy,
                                 std::string_view named,
                                 const NameTable& skip);

/// `function` as titles show it, then its other names: without the prefixes
/// of system calls ("__x64_sys_mremap" is "sys_mremap" too), and by the
/// family's name where variants are one bug ("synchronize_rcu_expedited").
std::vector<std::string> function_names(std::string_view function);

} // namespace oopsfarm
