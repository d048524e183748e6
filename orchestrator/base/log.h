// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

namespace oopsfarm::log {

/// The program's own diagnostics, on stderr (spdlog inside). Results never go
/// here. Any thread may log.
///
/// | level | for |
/// |---|---|
/// | error | the command can't do what was asked |
/// | warning | it can, but the user should know (TCG instead of KVM, …) |
/// | info | one line a phase |
/// | debug | commands run, paths chosen |
enum class Level { error, warning, info, debug };

/// Lines for people (`oopsfarm: warning: …`), or one JSON object a line:
/// time (UTC, RFC 3339), level, message. Call it before the first thread.
enum class Format { text, json };

void set_format(Format format);

/// Sets the threshold; the start is `warning`.
void set_level(Level level);

void error(std::string_view message);
void warning(std::string_view message);
void info(std::string_view message);
void debug(std::string_view message);

} // namespace oopsfarm::log
