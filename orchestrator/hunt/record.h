// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

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

/// One line of a bisection's journal.
struct Record
{
  std::uint64_t number = 0; ///< unique; in the order in which they were begun
  std::string commit;       ///< full object id
  std::string channel;
  Outcome outcome = Outcome::pass;
  std::string signature; ///< of a crash; "" where there are none
  std::string detail;    ///< for people: the line that told it
  bool built = false;    ///< something was built for it
  std::chrono::milliseconds build{0};
  std::chrono::milliseconds run{0};
};

/// One line without a newline, and back. The reader takes untrusted text and
/// fails (user) on anything that is missing, unknown or out of range.
std::string to_json(const Record& record);
Result<Record> parse_record(std::string_view line);

} // namespace oopsfarm
