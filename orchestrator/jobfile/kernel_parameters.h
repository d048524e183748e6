// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "jobfile/problems.h"
#include "jobfile/yaml_tree.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// A target's `cmdline`: a list of kernel parameters, one an item. What is none
/// is noted in `problems`, and left out.
std::vector<std::string> read_kernel_parameters(const YamlNode& node,
                                                Problems& problems);

/// A job's: without those that the farm's verdicts stand on.
std::vector<std::string> read_job_parameters(const YamlNode& node,
                                             Problems& problems);

} // namespace oopsfarm
