// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/job_bundle.h"

#include "base/strings.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <set>

namespace oopsfarm {

namespace fs = std::filesystem;

/// base64 makes a third more of it, and the daemon takes 64 MiB.
static constexpr std::uint64_t max_bytes = 48U << 20;

/// `named` with the architecture in $ARCH's place, for each that the job has.
static std::set<std::string>
for_each_arch(const std::string& named,
              const Job& job,
              const std::map<std::string, Target>& targets)
{
  constexpr std::string_view mark = "$ARCH";
  std::set<std::string> paths;
  for (const auto& target : job.targets) {
    auto path = named;
    for (auto at = path.find(mark); at != std::string::npos;
         at = path.find(mark)) {
      path.replace(at, mark.size(), to_string(targets.at(target).arch));
    }
    paths.insert(path);
  }
  return paths;
}

/// The files in the order in which they were found, each once.
static std::vector<fs::path>
files_of(const Job& job, const std::map<std::string, Target>& targets)
{
  std::vector<fs::path> files = {job.file.filename()};
  const auto folder = job.file.parent_path();
  for (const auto& source : job.series) {
    std::error_code error;
    if (fs::is_directory(folder / source, error)) {
      for (const auto& entry : fs::directory_iterator(folder / source, error)) {
        if (entry.path().extension() == ".patch") {
          files.push_back(fs::path(source) / entry.path().filename());
        }
      }
    } else if (fs::exists(folder / source, error)) {
      files.emplace_back(source);
    }
  }
  for (const auto& workload : job.workloads) {
    if (workload.source != ProgramSource::user) {
      continue;
    }
    for (const auto& program : workload.programs) {
      for (const auto& path : for_each_arch(program.run, job, targets)) {
        files.emplace_back(path);
      }
    }
    for (const auto& file : workload.files) {
      for (const auto& path : for_each_arch(file.file, job, targets)) {
        files.emplace_back(path);
      }
    }
  }
  return files;
}

/// Paths may climb ("../series.mbox"): the deepest climb decides how many of
/// the job file's own folders are part of the bundle.
static Result<fs::path> prefix_for(const std::vector<fs::path>& files,
                                   const fs::path& folder)
{
  std::size_t climb = 0;
  for (const auto& file : files) {
    if (file.is_absolute()) {
      return user_error(fmt::format(
          "'{}': a job that is submitted names its files by paths relative to "
          "the job file",
          printable(file.string(), 200)));
    }
    const auto normal = file.lexically_normal();
    climb = std::max<std::size_t>(
        climb, std::count(normal.begin(), normal.end(), fs::path("..")));
  }
  fs::path prefix;
  auto above = fs::absolute(folder).lexically_normal();
  if (above.filename().empty()) {
    above = above.parent_path();
  }
  for (; climb > 0; --climb) {
    prefix = prefix.empty() ? above.filename() : above.filename() / prefix;
    above = above.parent_path();
  }
  return prefix;
}

Result<Submission> bundle_job(const Job& job,
                              const std::map<std::string, Target>& targets)
{
  const auto folder =
      job.file.has_parent_path() ? job.file.parent_path() : fs::path(".");
  auto files = files_of(job, targets);
  TRY_ASSIGN(const auto prefix, prefix_for(files, folder));
  Submission submission;
  submission.file = (prefix / job.file.filename()).lexically_normal();
  std::set<std::string> taken;
  std::uint64_t bytes = 0;
  for (const auto& file : files) {
    const auto path = (prefix / file).lexically_normal().string();
    if (!taken.insert(path).second) {
      continue;
    }
    TRY_ASSIGN(auto content, read_file(folder / file, max_bytes));
    bytes += content.size();
    if (bytes > max_bytes) {
      return user_error(
          fmt::format("the job's files are over {} MiB", max_bytes >> 20));
    }
    const bool executable = access((folder / file).c_str(), X_OK) == 0;
    submission.files.push_back({path, std::move(content), executable});
  }
  return submission;
}

} // namespace oopsfarm
