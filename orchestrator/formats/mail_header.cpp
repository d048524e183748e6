// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/mail_header.h"

#include "base/base64.h"
#include "base/strings.h"
#include "formats/markup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <vector>

namespace oopsfarm {

static constexpr std::size_t max_columns = 76;

/// A longer word is not left as it is: lines of a mail end at 998 bytes.
static constexpr std::size_t longest_word = 200;

static bool is_plain(char c)
{
  return c >= ' ' && c < 0x7f;
}

/// One line of UTF-8 without control characters or blanks at its ends.
static std::string one_line(std::string_view text)
{
  auto line = std::string(text);
  std::replace_if(
      line.begin(),
      line.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20; },
      ' ');
  return std::string(trim(xml_text(line)));
}

/// Encoded words of at most 75 columns each, whole characters in each.
static std::vector<std::string> encoded_words(std::string_view text)
{
  constexpr std::size_t most = 39; // bytes: 52 in base64, 12 around it
  std::vector<std::string> words;
  while (!text.empty()) {
    auto size = std::min(most, text.size());
    while (size < text.size() &&
           (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) {
      --size;
    }
    words.push_back("=?UTF-8?B?" + to_base64(text.substr(0, size)) + "?=");
    text.remove_prefix(size);
  }
  return words;
}

/// The header's words with a blank, or a fold, before each.
static std::string folded(std::string_view name,
                          const std::vector<std::string>& words)
{
  auto text = std::string(name) + ":";
  auto column = text.size();
  for (const auto& word : words) {
    if (column + 1 + word.size() > max_columns && &word != &words.front()) {
      text += "\n";
      column = 0;
    }
    text += " " + word;
    column += 1 + word.size();
  }
  return text + "\n";
}

static bool needs_encoding(const std::string& text)
{
  if (!std::all_of(text.begin(), text.end(), is_plain) ||
      text.find("=?") != std::string::npos) {
    return true;
  }
  const auto words = split(text, ' ');
  return std::any_of(words.begin(), words.end(), [](const auto& word) {
    return word.size() > longest_word;
  });
}

/// The blanks that a fold stands for are part of the text: no empty words.
static std::vector<std::string> words_of(const std::string& text)
{
  auto words = split(text, ' ');
  std::erase(words, "");
  return words;
}

std::string header_line(std::string_view name, std::string_view value)
{
  const auto text = one_line(value);
  return folded(name,
                needs_encoding(text) ? encoded_words(text) : words_of(text));
}

static bool is_atom(std::string_view text)
{
  constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
  });
}

/// Atoms with dots between them.
static bool is_dot_atom(std::string_view text)
{
  const auto atoms = split(text, '.');
  return std::all_of(atoms.begin(), atoms.end(), is_atom);
}

static bool is_address(std::string_view text)
{
  constexpr std::size_t longest = 254;
  const auto at = text.find('@');
  return text.size() <= longest && at != std::string_view::npos &&
         is_dot_atom(text.substr(0, at)) && is_dot_atom(text.substr(at + 1));
}

std::optional<MailAddress> parse_address(std::string_view text)
{
  const auto line = one_line(text);
  MailAddress result;
  const auto open = line.rfind('<');
  if (open == std::string::npos) {
    result.address = line;
  } else if (line.ends_with('>')) {
    result.address = line.substr(open + 1, line.size() - open - 2);
    result.name = std::string(trim(std::string_view(line).substr(0, open)));
  }
  const auto& name = result.name;
  if (name.size() > 1 && name.front() == '"' && name.back() == '"') {
    result.name = replace_all(name.substr(1, name.size() - 2), "\\", "");
  }
  if (!is_address(result.address)) {
    return std::nullopt;
  }
  return result;
}

static std::string quoted(const std::string& name)
{
  return '"' + replace_all(replace_all(name, "\\", "\\\\"), "\"", "\\\"") + '"';
}

std::string address_text(const MailAddress& address)
{
  if (address.name.empty()) {
    return address.address;
  }
  const auto name = one_line(address.name);
  const auto words = words_of(name);
  const auto shown = needs_encoding(name) ? join(encoded_words(name), "\n ")
                     : std::all_of(words.begin(), words.end(), is_atom)
                         ? join(words, " ")
                         : quoted(name);
  return shown + " <" + address.address + ">";
}

bool is_message_id(std::string_view text)
{
  constexpr std::size_t longest = 250;
  const auto at = text.find('@');
  return text.size() <= longest && at != std::string_view::npos && at > 0 &&
         at + 1 < text.size() && text.rfind('@') == at &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && c < 0x7f && c != '<' && c != '>';
         });
}

std::string mail_date(std::chrono::milliseconds since_1970)
{
  constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months = {"Jan",
                                 "Feb",
                                 "Mar",
                                 "Apr",
                                 "May",
                                 "Jun",
                                 "Jul",
                                 "Aug",
                                 "Sep",
                                 "Oct",
                                 "Nov",
                                 "Dec"};
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(since_1970).count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000",
                     days.at(static_cast<std::size_t>(utc.tm_wday)),
                     utc.tm_mday,
                     months.at(static_cast<std::size_t>(utc.tm_mon)),
                     utc.tm_year + 1900,
                     utc.tm_hour,
                     utc.tm_min,
                     utc.tm_sec);
}

} // namespace oopsfarm
