// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oopsfarm {

/// Text in lines of at most `width` columns, broken at blanks, a word that is
/// longer where it has to be; each begins with `indent`, the first one with
/// `lead`, both of the same width. Ends with a newline. REQUIRES: `width` is
/// wider than the indent. Pure.
std::string wrapped(std::string_view text,
                    std::size_t width,
                    std::string_view lead = "",
                    std::string_view indent = "");

} // namespace oopsfarm
