// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "apps/host.h"

#include <functional>
#include <string>
#include <vector>

namespace oopsfarm {

/// What a check came to: fine; fine, but worth knowing; or something that
/// Oopsfarm needs is missing.
enum class CheckStatus { ok, note, missing };

/// "ok", "note", "missing".
const char* to_string(CheckStatus status);

/// A check's answer for people.
struct CheckResult
{
  CheckStatus status = CheckStatus::ok;
  std::string found; ///< a version, a size, or what is wrong; untrusted
  std::string mend;  ///< what to type or do; "" when there is nothing to do
};

/// One question to a machine.
struct Check
{
  std::string name;
  std::function<CheckResult(Host&)> ask;
};

/// All that `oopsfarm doctor` asks, in the order of its output.
std::vector<Check> all_checks();

} // namespace oopsfarm
