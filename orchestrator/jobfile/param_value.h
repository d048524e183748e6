// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/job.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace oopsfarm {

/// A parameter's value as a number in its type's canonical unit: a plain
/// integer, a size in bytes or a duration in seconds. Fails (user) on text
/// that is none, or not a whole number of that unit.
/// REQUIRES: `type` is not text.
Result<std::uint64_t> parse_param_number(ParamType type, std::string_view text);

/// The canonical form (model/job.h) of `text`, checked against the
/// parameter's range or choices. Fails (user), and the message says what is
/// allowed.
Result<std::string> canonical_param(const ParamInfo& param,
                                    std::string_view text);

/// "integer", "size", "duration", "text".
const char* to_string(ParamType type);

} // namespace oopsfarm
