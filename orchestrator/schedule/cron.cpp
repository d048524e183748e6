// SPDX-License-Identifier: GPL-2.0-or-later
#include "schedule/cron.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace oopsfarm {

struct CronField
{
  std::string_view name;
  unsigned min;
  unsigned max;
};

/// crontab(5); 7 is Sunday too.
static constexpr std::array<CronField, 5> fields = {{{"minute", 0, 59},
                                                     {"hour", 0, 23},
                                                     {"day of month", 1, 31},
                                                     {"month", 1, 12},
                                                     {"day of week", 0, 7}}};

static std::optional<unsigned> number(std::string_view text)
{
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (text.empty() || parsed.ec != std::errc{} || parsed.ptr != end) {
    return std::nullopt;
  }
  return value;
}

/// One piece of a list: `*`, `N` or `N-M`, each with an optional `/STEP`; the
/// values that it stands for, or nothing where it has another form. A lone
/// `N/STEP` goes on to the field's end.
static std::optional<std::uint64_t> read_piece(std::string_view piece,
                                               const CronField& field)
{
  unsigned step = 1;
  const auto slash = piece.find('/');
  if (slash != std::string_view::npos) {
    const auto given = number(piece.substr(slash + 1));
    if (!given || *given == 0) {
      return std::nullopt;
    }
    step = *given;
    piece = piece.substr(0, slash);
  }
  auto low = std::optional(field.min);
  auto high = std::optional(field.max);
  if (piece != "*") {
    const auto dash = piece.find('-');
    low = number(piece.substr(0, dash));
    high = dash != std::string_view::npos    ? number(piece.substr(dash + 1))
           : slash != std::string_view::npos ? std::optional(field.max)
                                             : low;
  }
  if (!low || !high || *low < field.min || *high > field.max || *low > *high) {
    return std::nullopt;
  }
  std::uint64_t mask = 0;
  for (std::uint64_t value = *low; value <= *high; value += step) {
    mask |= std::uint64_t{1} << value;
  }
  return mask;
}

static Result<std::uint64_t> read_field(const std::string& text,
                                        const CronField& field)
{
  std::uint64_t mask = 0;
  for (const auto& piece : split(text, ',')) {
    const auto values = read_piece(piece, field);
    if (!values) {
      return user_error(fmt::format("'{}' is no {} ({} to {}, *, lists, ranges "
                                    "and steps)",
                                    printable(text, 80),
                                    field.name,
                                    field.min,
                                    field.max));
    }
    mask |= *values;
  }
  return mask;
}

bool Cron::has_day(unsigned month, unsigned day, unsigned weekday) const
{
  const bool fits_day = ((days >> day) & 1U) != 0;
  const bool fits_weekday = ((weekdays >> weekday) & 1U) != 0;
  const bool fits = any_day || any_weekday ? fits_day && fits_weekday
                                           : fits_day || fits_weekday;
  return ((months >> month) & 1U) != 0 && fits;
}

/// Some year has one of the days.
static bool ever_comes(const Cron& cron)
{
  if (!cron.any_weekday && !cron.any_day) {
    return true;
  }
  constexpr std::array<unsigned, 13> longest = {
      0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (unsigned month = 1; month < longest.size(); ++month) {
    const auto days_of_it = (std::uint64_t{2} << longest[month]) - 1;
    if (((cron.months >> month) & 1U) != 0 && (cron.days & days_of_it) != 0) {
      return true;
    }
  }
  return false;
}

Result<Cron> parse_cron(std::string_view text)
{
  std::istringstream words{std::string(text)};
  std::vector<std::string> given;
  for (std::string word; words >> word;) {
    given.push_back(word);
  }
  if (given.size() != fields.size()) {
    return user_error(fmt::format("a schedule has five fields, minute hour day "
                                  "month weekday, such as \"0 2 * * *\"; this "
                                  "has {}",
                                  given.size()));
  }
  std::array<std::uint64_t, fields.size()> masks = {};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    TRY_ASSIGN(masks[i], read_field(given[i], fields[i]));
  }
  constexpr std::uint32_t sunday_as_seven = 1U << 7;
  Cron cron;
  cron.minutes = masks[0];
  cron.hours = static_cast<std::uint32_t>(masks[1]);
  cron.days = static_cast<std::uint32_t>(masks[2]);
  cron.months = static_cast<std::uint32_t>(masks[3]);
  cron.weekdays = static_cast<std::uint32_t>(masks[4]);
  if ((cron.weekdays & sunday_as_seven) != 0) {
    cron.weekdays |= 1U;
  }
  cron.any_day = given[2].front() == '*';
  cron.any_weekday = given[4].front() == '*';
  if (!ever_comes(cron)) {
    return user_error(
        fmt::format("no year has such a day: '{}'", printable(text, 80)));
  }
  return cron;
}

} // namespace oopsfarm
