// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "daemon/board.h"
#include "store/store.h"

#include <optional>
#include <string>

namespace oopsfarm {

/// A job as the API shows it (docs/formats.md): one line with its newline.
std::string json_of(const StoredJob& job, const std::optional<LiveJob>& live);

} // namespace oopsfarm
