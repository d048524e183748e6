// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// What a token's holder may do over TCP: `submit` hands in jobs and changes
/// its own, `admin` may all.
enum class Role { submit, admin };

const char* to_string(Role role);

/// A token as the farm keeps it: never the token itself.
struct TokenEntry
{
  std::string name; ///< its holder, who owns what it submits; a safe name
  Role role = Role::submit;
  std::string hash;            ///< SHA-256 of the token, in hex
  std::int64_t created_ms = 0; ///< since 1970
};

/// The file's entries, in the order in which they were made; none where there
/// is no file. Fails (user) on a file that is none of ours.
Result<std::vector<TokenEntry>> read_tokens(const std::filesystem::path& file);

/// Makes a token of 256 random bits and gives it: nobody can read it again
/// afterwards. Fails (user) when the name has one, or is no safe name.
Result<std::string> add_token(const std::filesystem::path& file,
                              const std::string& name,
                              Role role);

/// Fails (user) when nobody of that name has one.
Status remove_token(const std::filesystem::path& file, const std::string& name);

/// Whose token it is; nothing for anything else. `presented` is untrusted.
std::optional<TokenEntry> find_token(const std::vector<TokenEntry>& tokens,
                                     std::string_view presented);

} // namespace oopsfarm
