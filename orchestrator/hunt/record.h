// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// What a try of a commit came to, before its signature is compared; or what a
/// human said of it.
enum class Outcome {
  crash,
  pass,
  infra,
  boot_failed,
  unbuildable,
  told_good,
  told_bad,
  told_skip,
};

std::string to_string(Outcome outcome);
Result<Outcome> outcome_from(std::string_view text);

/// What one crash of a run is known by.
struct Face
{
  std::string signature;
  std::string title; ///< for people

  bool operator==(const Face&) const = default;
};

/// One line of a bisection's journal.
struct Record
{
  std::uint64_t number = 0; ///< unique; in the order in which they were begun
  std::string commit;       ///< full object id
  std::string channel;
  Outcome outcome = Outcome::pass;
  std::string signature; ///< of a crash; "" where there are none
  std::string detail;    ///< for people: the line that told it
  /// Further crashes of the same run, none of them the first one's doing.
  std::vector<Face> also = {};
  std::string run_id = {}; ///< the farm's run, or ""
  bool built = false;      ///< something was built for it
  std::chrono::milliseconds build{0};
  std::chrono::milliseconds run{0};
};

/// One line without a newline, and back. The reader takes untrusted text and
/// fails (user) on anything that is missing, unknown or out of range.
std::string to_json(const Record& record);
Result<Record> parse_record(std::string_view line);

} // namespace oopsfarm
