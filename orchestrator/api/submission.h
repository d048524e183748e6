// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// A file that comes with a job.
struct SubmittedFile
{
  std::string path; ///< relative to the submission's folder
  std::string content;
  bool is_executable = false;
};

/// A job as it is handed in: the body of POST /v1/jobs (docs/formats.md).
struct Submission
{
  std::string file; ///< which of `files` is the job file
  std::vector<SubmittedFile> files;
  std::optional<std::uint64_t> seed;
  std::optional<unsigned> repeat;
  std::vector<std::string> targets;
  int priority = 0; ///< -100 to 100
};

std::string to_json(const Submission& submission);

/// Reads untrusted text. Fails (user) on what is no submission: unknown keys,
/// values out of range, paths that leave the folder or stand there twice, a
/// job file that is not among the files, more than 4096 files.
Result<Submission> parse_submission(std::string_view text);

/// Writes the files into a new folder, which appears whole or not at all.
Status write_submission(const Submission& submission,
                        const std::filesystem::path& folder);

} // namespace oopsfarm
