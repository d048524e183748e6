// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

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

void set_level(Level level)
{
  logger().set_level(to_spdlog(level));
}

void error(std::string_view message)
{
  logger().error("{}", message);
}

void warning(std::string_view message)
{
  logger().warn("{}", message);
}

void info(std::string_view message)
{
  logger().info("{}", message);
}

void debug(std::string_view message)
{
  logger().debug("{}", message);
}

} // namespace oopsfarm::log
