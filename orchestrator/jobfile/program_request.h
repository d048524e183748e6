// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "jobfile/map_reader.h"
#include "model/job.h"

namespace oopsfarm {

/// Reads what a workload of the catalogue's `programs: user` or `programs:
/// kselftest` is to run (docs/formats.md) from its entry in a job file: `run`,
/// `args` and `files`, or `run` alone. Whether files and selftests exist is
/// not looked at. Notes what does not fit in `problems`.
void read_programs(MapReader& reader,
                   const WorkloadInfo& info,
                   Workload& workload,
                   Problems& problems);

} // namespace oopsfarm
