// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "engine/engine.h"
#include "engine/plan.h"

#include <filesystem>
#include <map>
#include <string>

namespace oopsfarm {

/// What a job's own programs come to, by workload and architecture: archives
/// that the guests' initramfs is followed by.
using Archives = std::map<PayloadKey, std::string>;

/// Reads and checks every program that the job brings along (exec), for every
/// architecture that it names. Fails (user) with one line for each that is
/// missing or can't run; writes nothing.
Result<Archives> pack_job_programs(const Job& job,
                                   const EngineContext& context);

/// Writes a guest's image with an archive into the state folder, unless it
/// stands there. Fails (infra).
Result<PayloadImage> write_image(const EngineContext& context,
                                 Arch arch,
                                 const std::string& archive);

/// The same for selftests that were built into the folder `programs`.
Result<PayloadImage> selftest_image(const EngineContext& context,
                                    const Workload& workload,
                                    const Target& target,
                                    const std::filesystem::path& programs);

} // namespace oopsfarm
