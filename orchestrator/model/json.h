// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/step.h"

#include <string>
#include <string_view>
#include <variant>

namespace oopsfarm {

/// The JSON forms of specs, outcomes and progress (docs/formats.md). Writers
/// give one line without a newline; bytes that are not UTF-8 are replaced.
/// Readers take untrusted text: they fail (user) on anything that is missing,
/// unknown, of the wrong type or out of range, and name the key.

std::string to_json(const BuildSpec& spec);
std::string to_json(const RunSpec& spec);
std::string to_json(const BuildOutcome& outcome);
std::string to_json(const RunOutcome& outcome);
std::string to_json(const Progress& progress);

using StepSpec = std::variant<BuildSpec, RunSpec>;

Result<StepSpec> parse_step_spec(std::string_view text);
Result<BuildOutcome> parse_build_outcome(std::string_view text);
Result<RunOutcome> parse_run_outcome(std::string_view text);
Result<Progress> parse_progress(std::string_view text);

} // namespace oopsfarm
