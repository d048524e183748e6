// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// Whether a wanted symbol may be missing in the end.
enum class Need { must, if_available };

/// One symbol that a fragment wants.
struct Wish
{
  std::string symbol; ///< without CONFIG_
  std::string value;  ///< "y", "n", a number, or a text with its quotes
  Need need = Need::must;
  std::string file; ///< the fragment's name, for messages
  unsigned line = 0;
};

/// Targets that a flavour is of no use on.
struct Exclusion
{
  std::string what;   ///< a target's name, an architecture, or an MMU
  std::string reason; ///< for people
};

/// A fragment's content (docs/formats.md). Lines are
///
///     CONFIG_FOO=y
///     CONFIG_FOO=y  # if available
///     # CONFIG_FOO is not set
///     # base: tinyconfig
///     # objects: x86_64=1432 ppc64le=1298
///     # not-for: hash: why a target with this MMU can't have it
///     # any other comment
///
/// "if available" is for symbols that not every kernel version has: no error
/// when it did not take effect.
struct Fragment
{
  std::vector<Wish> wishes;
  std::string base; ///< the defconfig to start from, or ""
  /// Objects of a full build by the architecture's name, for progress.
  std::map<std::string, std::uint64_t> objects;
  std::vector<Exclusion> not_for;
};

/// Reads a fragment; `name` is for messages. Fails (user) with name:line on a
/// line that is none of the above, and on a symbol that comes twice.
Result<Fragment> parse_fragment(std::string_view text, const std::string& name);

/// A flavour's fragments as one: later wishes replace earlier ones, and so do
/// bases and object counts. Exclusions add up.
Fragment merge_fragments(const std::vector<Fragment>& fragments);

/// Reads and merges files. Errors as those of read_file and parse_fragment.
Result<Fragment>
load_fragments(const std::vector<std::filesystem::path>& files);

} // namespace oopsfarm
