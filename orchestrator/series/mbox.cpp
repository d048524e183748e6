// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/mbox.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

/// Cuts the next line off, with its \n.
static std::string_view take_line(std::string_view& text)
{
  const auto end = text.find('\n');
  const auto line =
      text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
  text.remove_prefix(line.size());
  return line;
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/// "From somebody Mon Sep 17 00:00:00 2001": a time and a year at its end tell
/// it from a sentence (git's rule, too).
static bool is_from_line(std::string_view line)
{
  constexpr std::size_t longest = 1000;
  constexpr std::string_view start = "From ";
  if (!line.starts_with(start) || line.size() > longest) {
    return false;
  }
  const auto rest = line.substr(start.size());
  for (auto colon = rest.find(':'); colon != std::string_view::npos;
       colon = rest.find(':', colon + 1)) {
    const bool time = colon >= 2 && is_digit(rest[colon - 1]) &&
                      is_digit(rest[colon - 2]) && colon + 2 < rest.size() &&
                      is_digit(rest[colon + 1]) && is_digit(rest[colon + 2]);
    if (time) {
      const auto tail = rest.substr(colon + 3);
      const auto year = tail.find_first_of("12");
      return year != std::string_view::npos;
    }
  }
  return false;
}

/// "From <object id> Mon Sep 17 00:00:00 2001": `git format-patch` wrote it,
/// which does not escape.
static bool is_git_from_line(std::string_view line)
{
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr std::string_view date = "Mon Sep 17 00:00:00 2001";
  const auto id = line.substr(std::string_view("From ").size());
  const auto length = std::min(id.find_first_not_of(hex), id.size());
  return length >= 40 && trim(id.substr(length)) == date;
}

/// "Name:" at the start of a line.
static bool is_header_line(std::string_view line)
{
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return false;
  }
  for (const char c : line.substr(0, colon)) {
    if (c <= ' ' || static_cast<unsigned char>(c) >= 0x7f) {
      return false;
    }
  }
  return true;
}

/// True for "From ", ">From ", ">>From ", …
static bool is_escapable(std::string_view line)
{
  const auto text = line.find_first_not_of('>');
  return text != std::string_view::npos &&
         line.substr(text).starts_with("From ");
}

static Error no_mailbox(std::string_view text)
{
  if (text.starts_with("\x1f\x8b")) {
    return user_error("is compressed (gzip): unpack it first");
  }
  if (text.starts_with("\xfd"
                       "7zXZ") ||
      text.starts_with("BZh") || text.starts_with("\x28\xb5\x2f\xfd")) {
    return user_error("is compressed: unpack it first");
  }
  if (text.find('\0') != std::string_view::npos) {
    return user_error("is binary, no mailbox (it has NUL bytes)");
  }
  if (trim(text).empty()) {
    return user_error("is empty: no patch in it");
  }
  auto rest = trim(text);
  const auto first = trim(take_line(rest));
  if (first.starts_with("diff ") || first.starts_with("--- ")) {
    return user_error("is a bare diff without author and message; make it with "
                      "`git format-patch`");
  }
  return user_error(fmt::format("is neither a mailbox nor a mail: it starts "
                                "with '{}'",
                                printable(first, 60)));
}

static std::vector<std::string> cut_mails(std::string_view text)
{
  std::vector<std::string> mails;
  bool escaped = true;
  while (!text.empty()) {
    auto line = take_line(text);
    if (is_from_line(line) && is_header_line(text.substr(0, text.find('\n')))) {
      mails.emplace_back();
      escaped = !is_git_from_line(line);
      continue;
    }
    if (escaped && line.starts_with('>') && is_escapable(line)) {
      line.remove_prefix(1);
    }
    if (!mails.empty()) {
      mails.back() += line;
    }
  }
  return mails;
}

Result<std::vector<std::string>> split_mbox(std::string_view text)
{
  if (text.find('\0') != std::string_view::npos) {
    return no_mailbox(text);
  }
  if (text.starts_with("\xef\xbb\xbf")) {
    text.remove_prefix(3);
  }
  while (text.starts_with('\n') || text.starts_with("\r\n")) {
    take_line(text);
  }
  auto rest = text;
  const auto first = take_line(rest);
  if (is_from_line(first)) {
    auto mails = cut_mails(text);
    if (mails.empty()) {
      return no_mailbox(text);
    }
    return mails;
  }
  if (is_header_line(first) && !first.starts_with("diff ")) {
    return std::vector<std::string>{std::string(text)};
  }
  return no_mailbox(text);
}

std::string to_mboxrd(std::string_view mail)
{
  std::string out = "From oopsfarm@localhost Mon Sep 17 00:00:00 2001\n";
  while (!mail.empty()) {
    const auto line = take_line(mail);
    if (is_escapable(line)) {
      out += '>';
    }
    out += line;
  }
  if (!out.ends_with('\n')) {
    out += '\n';
  }
  return out;
}

} // namespace oopsfarm
