// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace oopsfarm {

/// Untrusted bytes as text that XML 1.0 takes: bytes that are not UTF-8 become
/// U+FFFD, and characters that may not stand in a document, escaped or not
/// (most of the control characters, U+FFFE, U+FFFF), are left out. Pure.
std::string xml_text(std::string_view text);

/// The same, fit for an element's or an attribute's value, in XML and in HTML.
std::string escaped(std::string_view text);

} // namespace oopsfarm
