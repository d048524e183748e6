// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// The version that a kernel's top Makefile gives itself.
struct KernelVersion
{
  std::string version;    ///< "6"
  std::string patchlevel; ///< "1"
  std::string sublevel;   ///< "176", "0" or ""
  std::string extra;      ///< "-rc3" or ""

  /// As kernel developers tag it: "v6.1.176", "v6.1", "v6.2-rc3".
  std::string tag() const;

  /// tag(), and for a stable release its series' tag: "v6.1".
  std::vector<std::string> tags() const;
};

/// Reads VERSION, PATCHLEVEL, SUBLEVEL and EXTRAVERSION. Pure; nothing for text
/// that is no such Makefile.
std::optional<KernelVersion> parse_kernel_version(std::string_view makefile);

} // namespace oopsfarm
