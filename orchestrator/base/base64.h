// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oopsfarm {

/// RFC 4648's base64 with padding, without line breaks.
std::string to_base64(std::string_view bytes);

/// The bytes, or nothing when the text is no such base64.
std::optional<std::string> from_base64(std::string_view text);

} // namespace oopsfarm
