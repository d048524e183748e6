// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/diff_name.h"

#include "base/strings.h"
#include "series/codec.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

/// The character that a letter behind a backslash stands for, or 0.
static char escaped(char letter)
{
  constexpr std::string_view letters = "abtnvfr\"\\";
  constexpr std::string_view meanings = "\a\b\t\n\v\f\r\"\\";
  const auto at = letters.find(letter);
  return at == std::string_view::npos ? '\0' : meanings[at];
}

/// Undoes git's C quoting, from behind the opening quote to the closing one;
/// false where it is broken.
static bool unquote(std::string_view text, std::string& out)
{
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      return true;
    }
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const auto digits = text.substr(i + 1, 3);
    const bool octal = digits.size() == 3 && digits[0] <= '3' &&
                       std::all_of(digits.begin(), digits.end(), [](char c) {
                         return c >= '0' && c <= '7';
                       });
    if (octal) {
      out += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 +
                               (digits[2] - '0'));
      i += 3;
    } else if (!digits.empty() && escaped(digits[0]) != '\0') {
      out += escaped(digits[0]);
      ++i;
    } else {
      return false;
    }
  }
  return false;
}

static const char* reason_against(const std::string& name)
{
  constexpr std::size_t longest = 4000;
  if (name.empty() || name.size() > longest) {
    return "is empty or too long";
  }
  if (name.front() == '/') {
    return "is absolute";
  }
  if (std::any_of(name.begin(), name.end(), [](unsigned char c) {
        return c < 0x20 || c == 0x7f;
      })) {
    return "has control characters";
  }
  for (const auto& part : split(name, '/')) {
    if (part.empty() || part == "." || part == "..") {
      return "leaves the tree, or has an empty part";
    }
    if (lower(part) == ".git") {
      return "is git's own";
    }
  }
  return nullptr;
}

Result<std::string> parse_diff_name(std::string_view raw, NameForm form)
{
  std::string name;
  if (raw.starts_with('"')) {
    if (!unquote(raw.substr(1), name)) {
      return user_error(
          fmt::format("file name {} is broken", printable(raw, 100)));
    }
  } else {
    name = raw.substr(0, raw.find('\t'));
  }
  if (name == "/dev/null") {
    return std::string();
  }
  const auto slash = name.find('/');
  if (form == NameForm::prefixed && slash != std::string::npos && slash > 0) {
    name.erase(0, slash + 1);
  }
  if (const char* reason = reason_against(name)) {
    return user_error(fmt::format(
        "refuses to touch '{}': the name {}", printable(name, 100), reason));
  }
  return name;
}

/// Without "a/"; keeps an opening quote.
static std::string strip_prefix(std::string_view name)
{
  const bool quoted = name.starts_with('"');
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) {
    return {};
  }
  return (quoted ? "\"" : "") + std::string(name.substr(slash + 1));
}

std::string split_git_names(std::string_view both)
{
  // Names may have blanks, so: two halves that are the same but for a/ and b/.
  if (both.size() % 2 == 0 || both.size() < 5) {
    return {};
  }
  const auto half = both.size() / 2;
  if (both[half] != ' ') {
    return {};
  }
  const auto left = strip_prefix(both.substr(0, half));
  const auto right = strip_prefix(both.substr(half + 1));
  return left == right ? left : std::string();
}

} // namespace oopsfarm
