// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// A mailbox → its mails, each without its "From " line and with ">From "
/// unescaped (mboxo and mboxrd; `git format-patch` escapes nothing). Text that
/// starts with a header line is one mail. Pure. Fails (user) on what is
/// neither, and says what it looks like.
Result<std::vector<std::string>> split_mbox(std::string_view text);

/// The inverse for one mail: "From " line, and ">" before body lines that would
/// be taken for one (mboxrd).
std::string to_mboxrd(std::string_view mail);

} // namespace oopsfarm
