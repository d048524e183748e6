// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oopsfarm {

/// A header block and the body behind it.
struct MimePart
{
  /// Names in small letters, values unfolded (at most 64 KiB of each).
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body; ///< into the text that was parsed

  /// The first header of that name (small letters), or "".
  std::string header(std::string_view name) const;
};

/// "text/plain; charset=utf-8" in pieces.
struct ContentType
{
  std::string type; ///< small letters; "text/plain" where there is none
  std::string charset;
  std::string boundary;
  bool flowed = false;
};

/// One piece of text of a mail, transfer encoding undone.
struct TextPart
{
  std::string text;
  ContentType type;
};

/// Pure.
MimePart parse_part(std::string_view raw);
ContentType parse_content_type(std::string_view value);

/// The plain-text parts of a mail in order: of multipart/alternative the first,
/// attached patches (text/*, or named *.patch, *.diff) included; HTML,
/// signatures and other attachments left out. Fails (user) when parts are
/// nested too deep or too many.
Result<std::vector<TextPart>> text_parts(const MimePart& mail);

} // namespace oopsfarm
