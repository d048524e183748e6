// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace oopsfarm {

/// Durations and sizes as people write them in job files and on command lines.

/// "90", "90s", "2m", "1h", "30d", "500ms" → milliseconds; a bare number is
/// seconds.
/// Fails (user) on anything else, on negatives and above 3650 days.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// "4096", "64KiB", "64MiB", "2GiB", "1TiB" (also K, M, G, T; powers of 1024)
/// → bytes.
/// Fails (user) on anything else and above 1 PiB.
Result<std::uint64_t> parse_size(std::string_view text);

/// For people: "0.8 s", "12 s", "4 m 37 s", "2 h 05 m".
std::string format_duration(std::chrono::milliseconds duration);

/// For people: "850 us", "12.4 ms", "2.31 s".
std::string format_microseconds(std::uint64_t microseconds);

/// For people: "512 B", "64.0 MiB", "1.5 GiB".
std::string format_size(std::uint64_t bytes);

} // namespace oopsfarm
