// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/job.h"

#include <filesystem>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// Reads a workload's description: `name` (the file's name without `.yaml`),
/// `description`, and `params`, a list of maps with the names of ParamInfo's
/// members as keys (`default` is taken for `default_value`). `min`, `max` and
/// the default may be written for people (64MiB, 30s). Pure. Fails (user) as
/// parse_job().
Result<WorkloadInfo> parse_workload_info(std::string_view text,
                                         const std::filesystem::path& file);

/// The same from a file.
Result<WorkloadInfo> read_workload_info(const std::filesystem::path& file);

/// All *.yaml of a folder, sorted by name. Fails on the first bad one, and
/// when there is none at all.
Result<std::vector<WorkloadInfo>>
read_workload_infos(const std::filesystem::path& folder);

} // namespace oopsfarm
