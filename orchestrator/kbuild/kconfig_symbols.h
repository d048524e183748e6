// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kbuild/fragment.h"
#include "model/arch.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// One `config FOO` entry of a Kconfig file, as far as messages need it.
struct KconfigEntry
{
  std::string file;    ///< relative to the source: "mm/Kconfig"
  unsigned line = 0;   ///< of the `config` line
  bool prompt = false; ///< people may set it; else it is only selected
  std::string depends; ///< its own and its enclosing `if`s, joined by &&; or ""
};

/// The entries for `symbol` in one Kconfig file's text. `depends on` lines of
/// the entry and of the `if` and `menu` blocks around it count. Untrusted
/// input; pure.
std::vector<KconfigEntry> find_in_kconfig(std::string_view text,
                                          const std::string& file,
                                          const std::string& symbol);

/// The entries in a whole source folder, other architectures' left out. Reads
/// regular files named Kconfig* only, does not follow links, and gives up after
/// 10,000 files.
std::vector<KconfigEntry> find_symbol(const std::filesystem::path& source,
                                      Arch arch,
                                      const std::string& symbol);

/// One line for people: "CONFIG_FOO=y, wanted by mm-debug.config:12, is not
/// set: it depends on BAR && BAZ (BAR=y, BAZ is not set) (mm/Kconfig:123)".
/// `config` are the values of the finished .config. Pure.
std::string explain_unmet(const Wish& wish,
                          const std::vector<KconfigEntry>& entries,
                          const std::map<std::string, std::string>& config);

} // namespace oopsfarm
