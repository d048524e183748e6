// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/date.h"

#include "base/strings.h"
#include "series/codec.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <optional>

namespace oopsfarm {

namespace {

constexpr std::array<const char*, 12> months = {"jan",
                                                "feb",
                                                "mar",
                                                "apr",
                                                "may",
                                                "jun",
                                                "jul",
                                                "aug",
                                                "sep",
                                                "oct",
                                                "nov",
                                                "dec"};

constexpr std::array<const char*, 7> weekdays = {
    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

/// A date in pieces, each within its range.
struct MailDate
{
  unsigned day = 1;
  unsigned month = 1;
  int year = 2000;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  char sign = '+';
  unsigned zone = 0; ///< hhmm
};

unsigned month_number(const char* name)
{
  const auto small = lower(std::string_view(name).substr(0, 3));
  for (unsigned i = 0; i < months.size(); ++i) {
    if (small == months[i]) {
      return i + 1;
    }
  }
  return 0;
}

std::optional<MailDate> parse_date(std::string text)
{
  if (const auto comma = text.find(','); comma != std::string::npos) {
    text.erase(0, comma + 1);
  }
  MailDate date;
  std::array<char, 10> month{};
  std::array<char, 8> zone{};
  // Field widths keep every number small.
  int got = std::sscanf(text.c_str(),
                        "%2u %9[A-Za-z] %4d %2u:%2u:%2u %7s",
                        &date.day,
                        month.data(),
                        &date.year,
                        &date.hour,
                        &date.minute,
                        &date.second,
                        zone.data());
  if (got == 5) { // without seconds
    date.second = 0;
    got = 1 + std::sscanf(text.c_str(),
                          "%*2u %*9[A-Za-z] %*4d %2u:%2u %7s",
                          &date.hour,
                          &date.minute,
                          zone.data());
    got += got == 4 ? 3 : 0;
  }
  if (got < 6) {
    return std::nullopt;
  }
  if (zone[0] == '+' || zone[0] == '-') {
    date.sign = zone[0];
    if (std::sscanf(zone.data() + 1, "%4u", &date.zone) != 1) {
      date.zone = 0;
    }
  }
  date.month = month_number(month.data());
  return date;
}

bool is_sane(const MailDate& date)
{
  const std::chrono::year_month_day day(std::chrono::year(date.year),
                                        std::chrono::month(date.month),
                                        std::chrono::day(date.day));
  return day.ok() && date.year >= 1990 && date.year <= 2099 && date.hour < 24 &&
         date.minute < 60 && date.second < 60 && date.zone <= 1400 &&
         date.zone % 100 < 60;
}

} // namespace

std::string normalize_date(std::string_view text)
{
  const auto parsed = parse_date(std::string(trim(text)));
  const auto date = parsed && is_sane(*parsed) ? *parsed : MailDate();
  const std::chrono::sys_days day = std::chrono::year(date.year) /
                                    static_cast<int>(date.month) /
                                    static_cast<int>(date.day);
  const std::string month = months.at(date.month - 1);
  return fmt::format("{}, {:02} {}{} {} {:02}:{:02}:{:02} {}{:04}",
                     weekdays.at(std::chrono::weekday(day).c_encoding()),
                     date.day,
                     static_cast<char>(month[0] - 'a' + 'A'),
                     month.substr(1),
                     date.year,
                     date.hour,
                     date.minute,
                     date.second,
                     date.sign,
                     date.zone);
}

} // namespace oopsfarm
