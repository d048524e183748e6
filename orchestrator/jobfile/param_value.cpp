// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/param_value.h"

#include "base/strings.h"
#include "base/units.h"
#include "jobfile/problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace oopsfarm {

const char* to_string(ParamType type)
{
  switch (type) {
  case ParamType::integer:
    return "integer";
  case ParamType::size:
    return "size";
  case ParamType::duration:
    return "duration";
  case ParamType::text:
    return "text";
  }
  return "unknown";
}

static Result<std::uint64_t> parse_integer(std::string_view text)
{
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (text.empty() || parsed.ec != std::errc{} || parsed.ptr != end) {
    return user_error(quote(std::string(text)) + " is not an integer");
  }
  return value;
}

Result<std::uint64_t> parse_param_number(ParamType type, std::string_view text)
{
  if (type == ParamType::size) {
    return parse_size(text);
  }
  if (type == ParamType::integer) {
    return parse_integer(text);
  }
  TRY_ASSIGN(const auto duration, parse_duration(text));
  if (duration % std::chrono::seconds(1) != std::chrono::milliseconds(0)) {
    return user_error(quote(std::string(text)) +
                      " is not a whole number of seconds");
  }
  return static_cast<std::uint64_t>(duration.count() / 1000);
}

/// A number of the type's unit as people write it.
static std::string for_people(ParamType type, std::uint64_t value)
{
  if (type == ParamType::size) {
    return format_size(value);
  }
  if (type == ParamType::duration) {
    return format_duration(std::chrono::seconds(value));
  }
  return std::to_string(value);
}

/// What a parameter of type text may consist of: it stands on the guest's
/// kernel command line.
static bool is_param_text(std::string_view text)
{
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-";
  return !text.empty() && text.size() <= 128 &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

static Result<std::string> canonical_text(const ParamInfo& param,
                                          std::string_view text)
{
  if (!param.choices.empty() &&
      std::find(param.choices.begin(), param.choices.end(), text) ==
          param.choices.end()) {
    return user_error(fmt::format("wants one of {}, not {}",
                                  join(param.choices, ", "),
                                  quote(std::string(text))));
  }
  if (!is_param_text(text)) {
    return user_error(fmt::format("wants 1 to 128 letters, digits and ._:/-, "
                                  "not {}",
                                  quote(std::string(text))));
  }
  return std::string(text);
}

Result<std::string> canonical_param(const ParamInfo& param,
                                    std::string_view text)
{
  if (param.type == ParamType::text) {
    return canonical_text(param, text);
  }
  TRY_ASSIGN(const auto value, parse_param_number(param.type, text));
  if (value < param.min || value > param.max) {
    return user_error(fmt::format("is from {} to {}, not {}",
                                  for_people(param.type, param.min),
                                  for_people(param.type, param.max),
                                  quote(std::string(text))));
  }
  return std::to_string(value);
}

} // namespace oopsfarm
