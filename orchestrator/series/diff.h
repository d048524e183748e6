// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// One file of a unified diff.
struct DiffFile
{
  std::vector<std::string> names; ///< old and new, without a/ and b/
  std::vector<unsigned> hunks;    ///< first old line of each, in order
};

/// What a text's unified diffs touch.
struct Diff
{
  std::vector<DiffFile> files;
  bool crlf = false; ///< the diff's own header lines end with CR LF
  /// Context lines start with two blanks throughout: format=flowed's stuffing.
  bool stuffed = false;

  /// All names, sorted, each once.
  std::vector<std::string> names() const;
};

/// Finds the diffs of `text` (git's and plain unified ones) among other text.
/// Pure; no diff gives no files. Fails (user) on a hunk that does not have the
/// lines it promises, a name that leaves the tree or is git's own, a symbolic
/// link, a submodule. Errors name the file within the diff.
Result<Diff> parse_diff(std::string_view text);

} // namespace oopsfarm
