// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "daemon/board.h"
#include "store/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oopsfarm {

/// A job as the API shows it (docs/formats.md): one line with its newline.
std::string json_of(const StoredJob& job, const std::optional<LiveJob>& live);

/// The same as a client reads it.
struct JobView
{
  std::string id;
  std::string name;
  std::string owner;
  std::string state; ///< to_string(JobState)
  int priority = 0;
  std::int64_t submitted_ms = 0; ///< since 1970; 0: not yet
  std::int64_t begun_ms = 0;
  std::int64_t ended_ms = 0;
  int exit_code = 0;
  std::string error;
  std::size_t runs = 0;
  std::size_t failed_runs = 0;
  bool cancel_wanted = false;
  std::optional<LiveJob> live; ///< `since` of its work is by our clock

  bool has_ended() const { return state != "queued" && state != "running"; }
};

/// Fails (infra) on what no daemon of this version sends.
Result<JobView> parse_job_view(std::string_view line);

} // namespace oopsfarm
