// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace oopsfarm {

/// How a diff writes a file's name: with a leading folder (a/, b/) that does
/// not count, or bare.
enum class NameForm { prefixed, bare };

/// A name as a diff's header line has it, C-quoted or not, with or without a
/// time stamp behind a tab. "/dev/null" gives "". Fails (user) on a name that
/// must not be written: absolute, with "..", with .git, with control
/// characters. Pure.
Result<std::string> parse_diff_name(std::string_view raw, NameForm form);

/// The one name in "a/NAME b/NAME"; "" where the two differ (a rename; then
/// other lines say both) or it can't be told. Quoted as it came, without a/.
std::string split_git_names(std::string_view both);

} // namespace oopsfarm
