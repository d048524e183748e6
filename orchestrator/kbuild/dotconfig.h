// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kbuild/fragment.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// Values by symbol (without CONFIG_), as a kernel's .config has them;
/// "n" for "is not set". Lines that are neither are left out.
std::map<std::string, std::string> parse_dotconfig(std::string_view text);

/// `text` (a .config) with every wish in place of what it said about the
/// symbol, ready for `make olddefconfig`.
std::string merge_dotconfig(std::string_view text,
                            const std::vector<Wish>& wishes);

/// The wishes that a finished .config does not grant. A wish for "n" is granted
/// when the symbol is absent, too; those for an available symbol only are never
/// among them.
std::vector<Wish> unmet_wishes(std::string_view dotconfig,
                               const std::vector<Wish>& wishes);

} // namespace oopsfarm
