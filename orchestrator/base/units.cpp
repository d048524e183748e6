// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace oopsfarm {

struct Unit
{
  std::string_view name;
  std::uint64_t factor;
};

/// A number with an optional unit, times the unit's factor; fails on overflow
/// of `max` too.
template <std::size_t N>
static Result<std::uint64_t> parse_quantity(std::string_view text,
                                            const std::array<Unit, N>& units,
                                            std::uint64_t max,
                                            std::string_view example)
{
  const auto refuse = [&] {
    return user_error(
        fmt::format("'{}' is not {}", text.substr(0, 40), example));
  };
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto parsed =
      std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (parsed.ec != std::errc{} || !(number >= 0)) {
    return refuse();
  }
  std::string_view unit(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
  while (!unit.empty() && unit.front() == ' ') {
    unit.remove_prefix(1);
  }
  for (const auto& known : units) {
    if (unit == known.name) {
      const double value = number * static_cast<double>(known.factor);
      if (value > static_cast<double>(max)) {
        return user_error(fmt::format("'{}' is too large", text.substr(0, 40)));
      }
      return static_cast<std::uint64_t>(value);
    }
  }
  return refuse();
}

Result<std::chrono::milliseconds> parse_duration(std::string_view text)
{
  constexpr std::uint64_t day = 24ULL * 3'600'000;
  constexpr std::array<Unit, 6> units = {{{"", 1000},
                                          {"s", 1000},
                                          {"ms", 1},
                                          {"m", 60'000},
                                          {"h", 3'600'000},
                                          {"d", day}}};
  constexpr std::uint64_t ten_years = 3650 * day;
  TRY_ASSIGN(const auto value,
             parse_quantity(
                 text, units, ten_years, "a duration such as 30s, 2m or 1h"));
  return std::chrono::milliseconds(value);
}

Result<std::uint64_t> parse_size(std::string_view text)
{
  constexpr std::uint64_t kib = 1024;
  constexpr std::array<Unit, 10> units = {{{"", 1},
                                           {"KiB", kib},
                                           {"K", kib},
                                           {"MiB", kib * kib},
                                           {"M", kib * kib},
                                           {"GiB", kib * kib * kib},
                                           {"G", kib * kib * kib},
                                           {"TiB", kib * kib * kib * kib},
                                           {"T", kib * kib * kib * kib},
                                           {"B", 1}}};
  constexpr std::uint64_t one_pib = 1ULL << 50;
  return parse_quantity(text, units, one_pib, "a size such as 64MiB or 2GiB");
}

std::string format_duration(std::chrono::milliseconds duration)
{
  const auto ms = duration.count();
  if (ms < 10'000) {
    return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
  }
  const auto seconds = (ms + 500) / 1000;
  if (seconds < 60) {
    return fmt::format("{} s", seconds);
  }
  if (seconds < 3600) {
    return fmt::format("{} m {:02} s", seconds / 60, seconds % 60);
  }
  return fmt::format("{} h {:02} m", seconds / 3600, seconds % 3600 / 60);
}

std::string format_microseconds(std::uint64_t microseconds)
{
  const auto value = static_cast<double>(microseconds);
  if (microseconds < 1000) {
    return fmt::format("{} us", microseconds);
  }
  return microseconds < 1'000'000 ? fmt::format("{:.1f} ms", value / 1000)
                                  : fmt::format("{:.2f} s", value / 1'000'000);
}

std::string format_size(std::uint64_t bytes)
{
  constexpr std::array<std::string_view, 4> names = {
      "KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) {
    return fmt::format("{} B", bytes);
  }
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < names.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, names[unit]);
}

} // namespace oopsfarm
