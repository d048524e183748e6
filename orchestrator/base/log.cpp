// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include "base/strings.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

namespace oopsfarm::log {

static spdlog::level::level_enum to_spdlog(Level level)
{
  switch (level) {
  case Level::error:
    return spdlog::level::err;
  case Level::warning:
    return spdlog::level::warn;
  case Level::info:
    return spdlog::level::info;
  case Level::debug:
    return spdlog::level::debug;
  }
  return spdlog::level::warn;
}

static spdlog::logger& logger()
{
  static const auto shared = [] {
    auto made = spdlog::stderr_color_mt("oopsfarm");
    made->set_pattern("oopsfarm: %^%l%$: %v");
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return *shared;
}

static bool is_json = false;

void set_format(Format format)
{
  is_json = format == Format::json;
  if (is_json) {
    logger().set_formatter(std::make_unique<spdlog::pattern_formatter>(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})",
        spdlog::pattern_time_type::utc));
  }
}

/// Between the quotes of a JSON string. Whatever could not stand there, control
/// characters of several lines first of all, is escaped.
static std::string escaped(std::string_view message)
{
  constexpr std::size_t most = 64U << 10;
  std::string text;
  for (const auto& line : split_lines(std::string(message))) {
    text += text.empty() ? "" : "\\n";
    for (const char c : printable(line, most)) {
      if (c == '"' || c == '\\') {
        text += '\\';
      }
      text += c == '\t' ? ' ' : c;
    }
  }
  return text;
}

static void put(spdlog::level::level_enum level, std::string_view message)
{
  if (!logger().should_log(level)) {
    return;
  }
  if (is_json) {
    logger().log(level, "{}", escaped(message));
  } else {
    logger().log(level, "{}", message);
  }
}

void set_level(Level level)
{
  logger().set_level(to_spdlog(level));
}

void error(std::string_view message)
{
  put(spdlog::level::err, message);
}

void warning(std::string_view message)
{
  put(spdlog::level::warn, message);
}

void info(std::string_view message)
{
  put(spdlog::level::info, message);
}

void debug(std::string_view message)
{
  put(spdlog::level::debug, message);
}

} // namespace oopsfarm::log
