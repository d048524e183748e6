// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/markup.h"

#include <cstdint>

namespace oopsfarm {

namespace {

struct Decoded
{
  std::uint32_t code = 0;
  std::size_t size = 0; ///< bytes; 0: the first one begins no character
};

/// The character at the beginning of `text`, which is not empty (RFC 3629).
Decoded decode(std::string_view text)
{
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const auto first = byte(0);
  if (first < 0x80) {
    return {first, 1};
  }
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) {
    return {};
  }
  std::uint32_t code = first & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      return {};
    }
    code = code << 6 | (byte(i) & 0x3fU);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < least[size] || code > 0x10ffff || is_surrogate) {
    return {};
  }
  return {code, size};
}

/// https://www.w3.org/TR/xml/#charsets; of the discouraged ones, C1 and DEL
/// are not taken, either: terminals act on them.
bool is_xml_char(std::uint32_t code)
{
  if (code < 0x20) {
    return code == '\t' || code == '\n' || code == '\r';
  }
  const bool is_control = code >= 0x7f && code <= 0x9f;
  return !is_control && code != 0xfffe && code != 0xffff;
}

} // namespace

std::string xml_text(std::string_view text)
{
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto decoded = decode(text);
    if (decoded.size == 0) {
      out += "\xef\xbf\xbd";
      text.remove_prefix(1);
      continue;
    }
    if (is_xml_char(decoded.code)) {
      out += text.substr(0, decoded.size);
    }
    text.remove_prefix(decoded.size);
  }
  return out;
}

std::string escaped(std::string_view text)
{
  std::string out;
  for (const char c : xml_text(text)) {
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    case '\r':
      out += "&#13;";
      break;
    default:
      out += c;
    }
  }
  return out;
}

} // namespace oopsfarm
