// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace oopsfarm {

/// The encodings that mail knows. Pure; input is untrusted, nothing fails: what
/// can't be decoded is kept as it is or left out.

/// RFC 2045 section 6.7.
std::string decode_quoted_printable(std::string_view text);

/// RFC 2045 section 6.8. Stops at the first line that is no base64 (a mailing
/// list's footer).
std::string decode_base64(std::string_view text);

/// Text of a character set → UTF-8. Text that says it is UTF-8 or nothing, and
/// is not, counts as ISO 8859-1, as git has it; so does an unknown set.
std::string to_utf8(std::string_view text, std::string_view charset);

/// A header's value with its RFC 2047 encoded words → UTF-8, on one line.
std::string decode_header(std::string_view value);

/// True for well-formed UTF-8.
bool is_utf8(std::string_view text);

/// ASCII letters made small.
std::string lower(std::string_view text);

} // namespace oopsfarm
