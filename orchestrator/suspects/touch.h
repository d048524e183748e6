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
  /// Functions and macros by which memory is locked, counted, freed or ordered
  /// ("mmap_write_lock", "atomic_inc") that the patch calls no more, or calls
  /// anew. What it only moves is not among them, nor what it defines itself.
  std::set<std::string> lifetime{};
};

/// Reads a unified diff of C code, as git prints it with the function's first
/// line behind each hunk's "@@". A changed line belongs to the function whose
/// first line stands last before it, in the hunk or behind its "@@". Takes
/// untrusted text; other text gives nothing, and a diff that parse_diff()
/// (series/diff.h) does not take gives no files. Pure.
Touch touch_of(std::string_view diff);

} // namespace oopsfarm
