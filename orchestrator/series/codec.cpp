// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/codec.h"

#include "base/strings.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

namespace oopsfarm {

std::string lower(std::string_view text)
{
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return small;
}

static int hex_value(char c)
{
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string decode_quoted_printable(std::string_view text)
{
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
      continue;
    }
    // A soft line break may have white space before the line's end.
    auto next = text.find_first_not_of(" \t", i + 1);
    if (next != std::string_view::npos && text[next] == '\r') {
      ++next;
    }
    if (next >= text.size()) {
      break;
    }
    if (text[next] == '\n') {
      i = next;
    } else if (i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
               hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 +
                               hex_value(text[i + 2]));
      i += 2;
    } else {
      out += '=';
    }
  }
  return out;
}

static int base64_value(char c)
{
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "abcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto at = digits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::string decode_base64(std::string_view text)
{
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const auto& raw : split_lines(text)) {
    const auto line = trim(raw);
    const bool clean = std::all_of(line.begin(), line.end(), [](char c) {
      return c == '=' || base64_value(c) >= 0;
    });
    if (!clean) {
      break;
    }
    for (const char c : line) {
      if (c == '=') {
        have = 0; // the end, or of one of several pieces put together
        continue;
      }
      bits = (bits << 6) | static_cast<std::uint32_t>(base64_value(c));
      have += 6;
      if (have >= 8) {
        have -= 8;
        out += static_cast<char>((bits >> have) & 0xff);
      }
    }
  }
  return out;
}

bool is_utf8(std::string_view text)
{
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    std::size_t length = 1;
    if (c >= 0x80) {
      length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
      if (c < 0xc2 || c > 0xf4 || text.size() < length) {
        return false;
      }
      const auto rest = text.substr(1, length - 1);
      if (!std::all_of(rest.begin(), rest.end(), [](char r) {
            return (static_cast<unsigned char>(r) & 0xc0) == 0x80;
          })) {
        return false;
      }
    }
    text.remove_prefix(length);
  }
  return true;
}

static std::string from_latin1(std::string_view text)
{
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xc0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return out;
}

/// iconv(3), whole; false where the set is unknown or the text not of it.
static bool
convert(std::string_view text, const std::string& charset, std::string& out)
{
  iconv_t set = iconv_open("UTF-8", charset.c_str());
  // NOLINTNEXTLINE(performance-no-int-to-ptr): that is what iconv.h has
  if (set == reinterpret_cast<iconv_t>(-1)) {
    return false;
  }
  std::string input(text);
  char* in = input.data();
  std::size_t in_left = input.size();
  bool good = true;
  while (good && in_left > 0) {
    std::array<char, 4096> buffer{};
    char* to = buffer.data();
    std::size_t to_left = buffer.size();
    const auto done = iconv(set, &in, &in_left, &to, &to_left);
    good = done != static_cast<std::size_t>(-1) || errno == E2BIG;
    out.append(buffer.data(), buffer.size() - to_left);
  }
  iconv_close(set);
  return good;
}

std::string to_utf8(std::string_view text, std::string_view charset)
{
  const auto name = lower(trim(charset));
  const bool claims_utf8 = name.empty() || name == "utf-8" || name == "utf8" ||
                           name == "us-ascii" || name == "ascii";
  if (claims_utf8) {
    return is_utf8(text) ? std::string(text) : from_latin1(text);
  }
  std::string out;
  if (name.size() <= 40 && name.find('/') == std::string::npos &&
      convert(text, name, out)) {
    return out;
  }
  return is_utf8(text) ? std::string(text) : from_latin1(text);
}

/// One encoded word at the start of `text` ("=?charset?Q?…?="): decodes it into
/// `out` and gives its length, or 0.
static std::size_t decode_word(std::string_view text, std::string& out)
{
  constexpr std::size_t longest = 1000; // RFC 2047 says 75; mailers do not care
  text = text.substr(0, longest);
  const auto first = text.find('?', 2);
  if (!text.starts_with("=?") || first == std::string_view::npos ||
      first + 2 >= text.size() || text[first + 2] != '?') {
    return 0;
  }
  const auto end = text.find("?=", first + 3);
  if (end == std::string_view::npos) {
    return 0;
  }
  const auto charset = split(text.substr(2, first - 2), '*').front();
  const auto code = lower(text.substr(first + 1, 1));
  const std::string body(text.substr(first + 3, end - first - 3));
  if (code == "b") {
    out += to_utf8(decode_base64(body), charset);
  } else if (code == "q") {
    out +=
        to_utf8(decode_quoted_printable(replace_all(body, "_", " ")), charset);
  } else {
    return 0;
  }
  return end + 2;
}

std::string decode_header(std::string_view value)
{
  std::string out;
  bool after_word = false;
  while (!value.empty()) {
    const auto length = value.starts_with("=?") ? decode_word(value, out) : 0;
    if (length > 0) {
      value.remove_prefix(length);
      after_word = true;
      continue;
    }
    // White space between two encoded words is none.
    const auto text = value.find_first_not_of(" \t\r\n");
    if (after_word && text != std::string_view::npos && text > 0) {
      std::string probe;
      if (decode_word(value.substr(text), probe) > 0) {
        value.remove_prefix(text);
        continue;
      }
    }
    after_word = false;
    out += value.front();
    value.remove_prefix(1);
  }
  out = to_utf8(out, "");
  std::replace_if(
      out.begin(),
      out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
      ' ');
  return std::string(trim(out));
}

} // namespace oopsfarm
