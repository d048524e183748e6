// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/arch.h"
#include "model/job.h"
#include "payload/cpio.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// What a job adds to the initramfs of one workload's guests on one
/// architecture: programs, what they need, and a list of them that the guest
/// reads (docs/formats.md, guest protocol).

/// The most bytes that a payload may have. Guests hold it in memory, twice
/// while they unpack it.
constexpr std::uint64_t max_payload = 64ULL << 20;

/// What is looked at besides the job.
struct PayloadSource
{
  std::filesystem::path job_file; ///< paths in it are relative to its folder
  Arch arch = Arch::x86_64;
  std::uint64_t limit = max_payload; ///< bytes
  /// A static busybox of the architecture, for scripts; nothing: there is none.
  std::optional<std::filesystem::path> busybox;
};

/// The archive for a workload's own programs (`exec`). Fails (user) with
/// `JOBFILE:LINE:COLUMN: …` when a file is missing, too large, or nothing that
/// the guests can start, and says what to do; (infra) when it can't be read.
Result<std::string> pack_user_programs(const Workload& workload,
                                       const PayloadSource& source);

/// The archive for a workload's selftests, which stand in `programs` as
/// COLLECTION/PROGRAM. Fails (user) when one is none that the guests can start
/// or the limit is passed; (infra) when one can't be read.
Result<std::string> pack_selftests(const Workload& workload,
                                   const std::filesystem::path& programs,
                                   const PayloadSource& source);

/// The first file of `candidates` that is a static program of `arch`.
std::optional<std::filesystem::path>
find_busybox(const std::vector<std::filesystem::path>& candidates, Arch arch);

} // namespace oopsfarm
