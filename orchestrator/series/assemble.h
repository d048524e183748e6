// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "series/mail.h"
#include "series/series.h"

#include <vector>

namespace oopsfarm {

/// Mails in any order → one series. Pure; the rules are parse_mailbox()'s
/// (series/load.h). Mails without numbers keep the order they are given in.
Result<Series> assemble(std::vector<Mail> mails);

} // namespace oopsfarm
