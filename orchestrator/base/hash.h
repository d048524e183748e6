// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace oopsfarm {

/// SHA-256 in lower-case hexadecimal, 64 characters (libcrypto inside).
std::string sha256_hex(std::string_view bytes);

/// The same for a file's content, streamed. Fails (infra) when it can't be
/// read.
Result<std::string> sha256_file(const std::filesystem::path& file);

} // namespace oopsfarm
