// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "git/repository.h"
#include "series/series.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// One mailbox or mail file → its series. Pure. `name` is for messages. Takes
/// mboxrd and mboxo as mail archives save them, `git format-patch`'s output
/// (one or several mails), and a single mail without a "From " line. Cover
/// letters, replies and mails without a diff are left out, the order comes from
/// "[PATCH n/m]". Fails (user) on: no patch, a missing or doubled patch, a
/// numbered mail without its diff, several versions, damaged hunks, paths that
/// leave the tree, symbolic links, bytes that are no mail.
Result<Series> parse_mailbox(std::string_view text, const std::string& name);

/// Every source of a job, in the order given, as one series. A source is a
/// mailbox file (up to 64 MiB), a folder of *.patch files, or a git range
/// "A..B" of `repository`; paths are relative to `folder`. Fails (user) as
/// parse_mailbox() does, and on what can't be read. No source gives no patches.
Result<Series> load_series(const std::vector<std::string>& sources,
                           const std::filesystem::path& folder,
                           const Repository& repository);

} // namespace oopsfarm
