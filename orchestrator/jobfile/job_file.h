// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/job.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// What a job file may name. Plain value.
struct Catalogue
{
  std::vector<std::string> targets;
  std::vector<std::string> kconfigs;
  std::vector<WorkloadInfo> workloads;
};

/// Reads a job file's text (docs/formats.md has the keys); `file` is its path,
/// which messages and Job::file repeat. Pure.
///
/// Fails (user) with one line `file:line:column: what is wrong` for each thing
/// that is wrong: all of them, as far as one does not hide another.
Result<Job> parse_job(std::string_view text,
                      const std::filesystem::path& file,
                      const Catalogue& catalogue);

/// The same from a file of at most 1 MiB; fails (user) when there is none.
Result<Job> read_job(const std::filesystem::path& file,
                     const Catalogue& catalogue);

} // namespace oopsfarm
