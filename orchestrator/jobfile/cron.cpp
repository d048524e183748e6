// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/cron.h"

#include "base/strings.h"
#include "jobfile/problems.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <sstream>

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

/// One piece of a list: `*`, `N` or `N-M`, each with an optional `/STEP`.
static bool is_piece(std::string_view piece, const CronField& field)
{
  const auto slash = piece.find('/');
  if (slash != std::string_view::npos) {
    const auto step = number(piece.substr(slash + 1));
    if (!step || *step == 0) {
      return false;
    }
    piece = piece.substr(0, slash);
  }
  if (piece == "*") {
    return true;
  }
  const auto dash = piece.find('-');
  const auto low = number(piece.substr(0, dash));
  const auto high =
      dash == std::string_view::npos ? low : number(piece.substr(dash + 1));
  return low && high && *low >= field.min && *high <= field.max &&
         *low <= *high;
}

Status check_cron(std::string_view schedule)
{
  std::istringstream words{std::string(schedule)};
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
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (const auto& piece : split(given[i], ',')) {
      if (!is_piece(piece, fields[i])) {
        return user_error(fmt::format("{} is no {} ({} to {}, *, lists, ranges "
                                      "and steps)",
                                      quote(given[i]),
                                      fields[i].name,
                                      fields[i].min,
                                      fields[i].max));
      }
    }
  }
  return Ok{};
}

} // namespace oopsfarm
