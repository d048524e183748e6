// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace oopsfarm {

std::string_view trim(std::string_view text)
{
  constexpr std::string_view space = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) {
    return {};
  }
  const auto last = text.find_last_not_of(space);
  return text.substr(first, last - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator)
{
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (true) {
    const auto end = text.find(separator, start);
    if (end == std::string_view::npos) {
      parts.emplace_back(text.substr(start));
      return parts;
    }
    parts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
}

std::vector<std::string> split_lines(std::string_view text)
{
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    lines.emplace_back(line);
    if (end == std::string_view::npos) {
      break;
    }
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string join(const std::vector<std::string>& parts,
                 std::string_view separator)
{
  std::string joined;
  for (const auto& part : parts) {
    if (&part != &parts.front()) {
      joined += separator;
    }
    joined += part;
  }
  return joined;
}

std::string
replace_all(std::string text, std::string_view from, std::string_view to)
{
  for (auto at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

static std::size_t edit_distance(std::string_view a, std::string_view b)
{
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute =
          diagonal + (std::tolower(static_cast<unsigned char>(a[i - 1])) ==
                              std::tolower(static_cast<unsigned char>(b[j - 1]))
                          ? 0
                          : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row.back();
}

std::string nearest(std::string_view word,
                    const std::vector<std::string>& candidates)
{
  const std::string_view cut = word.substr(0, 100);
  const std::size_t least = cut.size() < 4 ? 1 : 2;
  std::size_t best = std::max(least, cut.size() / 3) + 1;
  std::string found;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(cut, candidate);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string suggest(std::string_view word,
                    const std::vector<std::string>& candidates)
{
  const auto near = nearest(word, candidates);
  if (!near.empty()) {
    return "did you mean '" + near + "'?";
  }
  return candidates.empty() ? "none is known"
                            : "known: " + join(candidates, ", ");
}

/// Length of the well-formed UTF-8 sequence at the start of `text`, or 0.
static std::size_t utf8_length(std::string_view text)
{
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  std::size_t length = 0;
  if (byte(0) < 0x80) {
    return 1;
  }
  if (byte(0) >= 0xc2 && byte(0) <= 0xdf) {
    length = 2;
  } else if (byte(0) >= 0xe0 && byte(0) <= 0xef) {
    length = 3;
  } else if (byte(0) >= 0xf0 && byte(0) <= 0xf4) {
    length = 4;
  }
  if (length == 0 || text.size() < length) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      return 0;
    }
  }
  const bool overlong_or_surrogate = (byte(0) == 0xe0 && byte(1) < 0xa0) ||
                                     (byte(0) == 0xed && byte(1) > 0x9f) ||
                                     (byte(0) == 0xf0 && byte(1) < 0x90) ||
                                     (byte(0) == 0xf4 && byte(1) > 0x8f);
  // C1 controls (U+0080 to U+009F) steer terminals as escape codes do.
  const bool control = byte(0) == 0xc2 && byte(1) < 0xa0;
  return overlong_or_surrogate || control ? 0 : length;
}

std::string printable(std::string_view text, std::size_t max)
{
  std::string clean;
  while (!text.empty()) {
    if (clean.size() >= max) {
      return clean + "…";
    }
    const auto c = static_cast<unsigned char>(text.front());
    const auto length = utf8_length(text);
    if (length == 0 || (c < 0x20 && c != '\t') || c == 0x7f) {
      clean += '?';
      text.remove_prefix(1);
    } else {
      clean += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return clean;
}

bool is_safe_name(std::string_view name)
{
  if (name.empty() || name.size() > 64 ||
      !std::isalnum(static_cast<unsigned char>(name.front())) ||
      name.find("..") != std::string_view::npos) {
    return false;
  }
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return c < 0x80 &&
           (std::isalnum(c) || c == '.' || c == '_' || c == '+' || c == '-');
  });
}

} // namespace oopsfarm
