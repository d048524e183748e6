// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/job_bisector.h"

#include "sys/file.h"

#include <fmt/format.h>

namespace oopsfarm {

Status JobBisector::queue(const StoredBisection& wanted)
{
  TRY_ASSIGN(const auto known, store_.job(wanted.job));
  if (known) {
    return Ok{};
  }
  TRY_ASSIGN(const auto night, store_.job(wanted.night));
  const auto from = state_.jobs() / wanted.night;
  std::error_code absent;
  if (!night || !std::filesystem::exists(from / night->asked.file, absent)) {
    return user_error(
        fmt::format("the files of the night's job {} are gone", wanted.night));
  }
  const auto to = state_.jobs() / wanted.job;
  TRY(copy_job_files(from, to));
  TRY_ASSIGN(const auto text, read_file(to / night->asked.file));
  TRY(write_file(to / night->asked.file, text + suffix_(wanted), Durable::yes));
  auto job = night->asked;
  job.id = wanted.job;
  job.priority = night_bisection_priority;
  return store_.add_job(job);
}

} // namespace oopsfarm
