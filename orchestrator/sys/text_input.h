// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "sys/stop.h"

#include <filesystem>
#include <functional>
#include <string_view>

namespace oopsfarm {

/// Hands out a file's bytes in pieces, unpacked when it is compressed by gzip,
/// zstd, xz or bzip2 (libarchive inside); "-" is standard input. Memory is
/// bounded whatever the file holds. Ends early, without a failure, when `stop`
/// is requested. Fails (user) when the file can't be read or unpacked; what was
/// handed out before that stays good.
Status read_text_input(const std::filesystem::path& file,
                       const Stop& stop,
                       const std::function<void(std::string_view)>& take);

} // namespace oopsfarm
