// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "jobfile/problems.h"
#include "jobfile/yaml_tree.h"
#include "model/job.h"

#include <optional>
#include <vector>

namespace oopsfarm {

/// Reads an entry of a job's `workloads:`, a name or `{name: …, param: …}`,
/// and checks it against the known workloads: gives the workload with every
/// parameter in canonical form, defaults filled in. Notes what does not fit in
/// `problems` and then gives nothing.
std::optional<Workload>
read_workload_request(const YamlNode& node,
                      const std::vector<WorkloadInfo>& known,
                      Problems& problems);

} // namespace oopsfarm
