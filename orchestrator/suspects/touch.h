// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace oopsfarm {

/// What a patch changes, by name.
struct Touch
{
  std::set<std::string> files;     ///< "mm/mmap.c"
  std::set<std::string> functions; ///< those with a changed line in them
};

/// Reads a unified diff of C code, as git prints it with the function's first
/// line behind each hunk's "@@". A changed line belongs to the function whose
/// first line stands last before it, in the hunk or behind its "@@". Takes
/// untrusted text; other text gives nothing. Pure.
Touch touch_of(std::string_view diff);

} // namespace oopsfarm
