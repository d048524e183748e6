// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// Pure helpers on text. All may be called from any thread.

/// Text without leading and trailing white space.
std::string_view trim(std::string_view text);

/// Pieces between `separator`; empty pieces are kept.
std::vector<std::string> split(std::string_view text, char separator);

/// Lines without their `\n` or `\r\n`; no empty piece for a final newline.
std::vector<std::string> split_lines(std::string_view text);

std::string join(const std::vector<std::string>& parts,
                 std::string_view separator);

/// `text` with every `from` replaced by `to`. REQUIRES: `from` is not empty.
std::string
replace_all(std::string text, std::string_view from, std::string_view to);

/// The candidate nearest to a mistyped `word` (edit distance, at most a third
/// of its length or 2), or "" when none is near.
std::string nearest(std::string_view word,
                    const std::vector<std::string>& candidates);

/// "did you mean 'X'?" for messages, or `known: a, b, c` when nothing is near.
std::string suggest(std::string_view word,
                    const std::vector<std::string>& candidates);

/// Untrusted text made fit for a terminal or a log line: control characters
/// (but not tab) and bytes that are not UTF-8 become `?`; cut after `max`
/// bytes with a mark.
std::string printable(std::string_view text, std::size_t max = 400);

/// True when `name` is fit to be a file's or ref's name: 1 to 64 characters of
/// [A-Za-z0-9._+-], the first a letter or a digit, and no "..".
bool is_safe_name(std::string_view name);

} // namespace oopsfarm
