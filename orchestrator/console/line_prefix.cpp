// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/line_reader.h"

#include <array>
#include <charconv>
#include <cstring>

namespace oopsfarm {

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool starts_with(std::string_view text, std::string_view start)
{
  return text.substr(0, start.size()) == start;
}

static bool ends_with(std::string_view text, std::string_view end)
{
  return text.size() >= end.size() &&
         text.substr(text.size() - end.size()) == end;
}

static std::size_t skip_spaces(std::string_view text, std::size_t at)
{
  while (at < text.size() && text[at] == ' ') {
    ++at;
  }
  return at;
}

static std::size_t skip_digits(std::string_view text, std::size_t at)
{
  while (at < text.size() && is_digit(text[at])) {
    ++at;
  }
  return at;
}

/// `<6>` at the start of `text`: printk's level, or facility and level.
static void take_level(std::string_view& text, ConsoleLine& line)
{
  if (text.size() < 3 || text[0] != '<') {
    return;
  }
  const auto end = skip_digits(text, 1);
  if (end == 1 || end > 4 || end >= text.size() || text[end] != '>') {
    return;
  }
  int value = 0;
  std::from_chars(text.data() + 1, text.data() + end, value);
  line.level = value & 7;
  text.remove_prefix(end + 1);
}

/// Reads digits from `at` on; `at` is left behind them.
static std::uint64_t take_digits(std::string_view text, std::size_t& at)
{
  std::uint64_t value = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    value = value * 10 + static_cast<std::uint64_t>(text[at] - '0');
  }
  return value;
}

/// Eight decimal digits at once, the first in the lowest byte (each 0 to 9):
/// pairs, then fours, then all are put together by multiplication.
static std::uint64_t eight_digits(std::uint64_t digits)
{
  digits = digits * 10 + (digits >> 8U);
  constexpr std::uint64_t pairs = 0x000000ff000000ff;
  constexpr std::uint64_t hundreds = 100 + (std::uint64_t{1000000} << 32U);
  constexpr std::uint64_t ones = 1 + (std::uint64_t{10000} << 32U);
  return ((digits & pairs) * hundreds + ((digits >> 16U) & pairs) * ones) >>
         32U;
}

/// Whether each of eight bytes is at most 9.
static bool all_digits(std::uint64_t bytes)
{
  constexpr std::uint64_t to_high = 0x7676767676767676;
  constexpr std::uint64_t high = 0x8080808080808080;
  return (((bytes & ~high) + to_high) & high) == 0 && (bytes & high) == 0;
}

/// `[   12.345678]` of a guest that is less than a day old, which is nearly
/// every line there is: without a loop. Little endian, as the reader is.
static inline bool take_young_time(std::string_view& text, ConsoleLine& line)
{
  constexpr std::size_t length = 14;
  if (text.size() < length || text[0] != '[' || text[6] != '.' ||
      text[13] != ']') {
    return false;
  }
  constexpr std::uint64_t zeros = 0x3030303030303030; // '0'
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::uint64_t seconds = 0;
  std::uint64_t fraction = 0;
  std::memcpy(&seconds, text.data() + 1, sizeof(seconds));
  std::memcpy(&fraction, text.data() + 5, sizeof(fraction));
  // Three zeros before the five places of seconds, two before the fraction.
  seconds = (seconds << 24U) | (zeros >> 40U);
  fraction = (fraction & ~std::uint64_t{0xffff}) | (zeros >> 48U);
  // A blank is a zero but for one bit; blanks may stand first only.
  const auto blanks = ~(seconds >> 4U) & ones;
  const auto no_blanks = seconds & (blanks * 0x0f);
  const auto behind_digit = blanks & ~(blanks << 8U) & ~(ones & 0xffffffff);
  seconds = (seconds | (blanks << 4U)) ^ zeros;
  fraction ^= zeros;
  const bool last_is_blank = (blanks >> 56U) != 0;
  if (no_blanks != 0 || behind_digit != 0 || last_is_blank ||
      !all_digits(seconds) || !all_digits(fraction)) {
    return false;
  }
  line.time_us = eight_digits(seconds) * 1000000 + eight_digits(fraction);
  text.remove_prefix(length);
  return true;
}

/// `[   12.345678]` at the start of `text`.
static bool take_time(std::string_view& text, ConsoleLine& line)
{
  if (text.empty() || text[0] != '[') {
    return false;
  }
  const auto start = skip_spaces(text, 1);
  auto at = start;
  const auto seconds = take_digits(text, at);
  if (at == start || at - start > 9 || at >= text.size() || text[at] != '.') {
    return false;
  }
  const auto fraction = ++at;
  const auto microseconds = take_digits(text, at);
  if (at - fraction != 6 || at >= text.size() || text[at] != ']') {
    return false;
  }
  line.time_us = seconds * 1000000 + microseconds;
  text.remove_prefix(at + 1);
  return true;
}

/// `[ T123]` or `[C1]` at the start of `text`, with or without a space before
/// the bracket.
static bool take_caller(std::string_view& text, ConsoleLine& line)
{
  const auto open = skip_spaces(text, 0);
  if (open > 1 || open >= text.size() || text[open] != '[') {
    return false;
  }
  const auto start = skip_spaces(text, open + 1);
  if (start >= text.size() || (text[start] != 'T' && text[start] != 'C')) {
    return false;
  }
  const auto end = skip_digits(text, start + 1);
  if (end == start + 1 || end - start > 11 || end >= text.size() ||
      text[end] != ']') {
    return false;
  }
  line.caller = text.substr(start, end - start);
  text.remove_prefix(end + 1);
  return true;
}

/// How far into a line what does not belong to printk may reach.
static constexpr std::size_t far = 160;

/// "** 12 printk messages dropped ** text".
static std::string_view skip_drops(std::string_view text)
{
  const auto end = text.substr(0, far).find("dropped **");
  return end == std::string_view::npos
             ? text
             : text.substr(skip_spaces(text, end + 10));
}

/// What may stand before printk's own prefix: a note on dropped messages, a
/// getty's prompt that the kernel printed into ("login: [   12.345678] text"),
/// a syslog daemon's stamp ("Aug 19 00:32:01 host kernel: text", the stamp of
/// the kernel behind it or not: a clock stands before the mark then).
static std::string_view skip_foreign(std::string_view text)
{
  if (starts_with(text, "** ")) {
    const auto rest = skip_drops(text);
    if (rest.size() != text.size()) {
      return rest;
    }
  }
  const auto head = text.substr(0, far);
  const auto first = head.find(':');
  for (auto at = first; at != std::string_view::npos;
       at = head.find(':', at + 1)) {
    const auto before = head.substr(0, at);
    const auto behind = text.substr(at + 1);
    const bool kernel = ends_with(before, "kernel");
    if (starts_with(behind, " [") && (kernel || ends_with(before, "login"))) {
      return behind.substr(1);
    }
    if (kernel && first < at && starts_with(behind, " ")) {
      return behind.substr(1);
    }
  }
  return text;
}

static void take_stamps(std::string_view& text, ConsoleLine& line)
{
  take_level(text, line);
  const bool timed = take_young_time(text, line) || take_time(text, line);
  const bool called = take_caller(text, line);
  if ((timed || called) && !text.empty() && text[0] == ' ') {
    text.remove_prefix(1);
  }
}

/// A young guest's time, a blank and text that is no caller: nearly every line.
static bool split_usual(ConsoleLine& line)
{
  auto text = line.whole;
  if (!take_young_time(text, line) || text.size() < 2 || text[0] != ' ' ||
      text[1] == '[') {
    line.time_us.reset();
    return false;
  }
  line.text = text.substr(1);
  return true;
}

void split_prefix(ConsoleLine& line)
{
  if (split_usual(line)) {
    return;
  }
  auto text = line.whole;
  take_stamps(text, line);
  if (!line.time_us && !text.empty() && text[0] != ' ' && text[0] != '[') {
    const auto rest = skip_foreign(text);
    if (rest.size() != text.size()) {
      text = rest;
      take_stamps(text, line);
    }
  }
  line.text = text;
}

} // namespace oopsfarm
