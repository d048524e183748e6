// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/job.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// A kernel that makes no sense: a kconfig on a target that can't have it.
struct Impossible
{
  std::string kconfig;
  std::string target;
  std::string reason;
};

/// What a job file may name. Plain value.
struct Catalogue
{
  std::vector<std::string> targets;
  std::vector<std::string> kconfigs;
  std::vector<WorkloadInfo> workloads;
  std::vector<Impossible> impossible;
};

/// What is wrong with this kconfig on this target, in words; "" is nothing.
std::string why_impossible(const Catalogue& catalogue,
                           const std::string& kconfig,
                           const std::string& target);

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
