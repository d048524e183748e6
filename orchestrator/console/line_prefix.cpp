// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/line_reader.h"

#include <array>
#include <charconv>

namespace oopsfarm {

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool starts_with(std::string_view text, std::string_view start)
{
  return text.substr(0, start.size()) == start;
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

static std::uint64_t to_number(std::string_view digits)
{
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

/// `[   12.345678]` at the start of `text`.
static bool take_time(std::string_view& text, ConsoleLine& line)
{
  if (text.empty() || text[0] != '[') {
    return false;
  }
  const auto seconds = skip_spaces(text, 1);
  const auto dot = skip_digits(text, seconds);
  if (dot == seconds || dot - seconds > 9 || dot >= text.size() ||
      text[dot] != '.') {
    return false;
  }
  const auto end = skip_digits(text, dot + 1);
  if (end - dot - 1 != 6 || end >= text.size() || text[end] != ']') {
    return false;
  }
  line.time_us = to_number(text.substr(seconds, dot - seconds)) * 1000000 +
                 to_number(text.substr(dot + 1, 6));
  text.remove_prefix(end + 1);
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

/// What may stand before printk's own prefix: a note on dropped messages, a
/// getty's prompt that the kernel printed into, a syslog daemon's stamp.
static std::string_view skip_foreign(std::string_view text)
{
  constexpr std::size_t far = 160;
  if (starts_with(text, "** ")) {
    const auto end = text.substr(0, far).find("dropped **");
    if (end != std::string_view::npos) {
      return text.substr(skip_spaces(text, end + 10));
    }
  }
  const auto head = text.substr(0, far);
  static constexpr std::array<std::string_view, 2> marks{"login: [",
                                                         "kernel: ["};
  for (const auto mark : marks) {
    const auto at = head.find(mark);
    if (at != std::string_view::npos) {
      return text.substr(at + mark.size() - 1);
    }
  }
  // "Aug 19 00:32:01 host kernel: text": a clock stands before the mark.
  static constexpr std::string_view syslog = "kernel: ";
  const auto at = head.find(syslog);
  if (at != std::string_view::npos && head.find(':') < at) {
    return text.substr(at + syslog.size());
  }
  return text;
}

static void take_stamps(std::string_view& text, ConsoleLine& line)
{
  take_level(text, line);
  const bool timed = take_time(text, line);
  const bool called = take_caller(text, line);
  if ((timed || called) && !text.empty() && text[0] == ' ') {
    text.remove_prefix(1);
  }
}

void split_prefix(ConsoleLine& line)
{
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
