// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/tokens.h"

#include "base/hash.h"
#include "base/strings.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

namespace oopsfarm {

using Json = nlohmann::json;

/// What tells our tokens from other secrets, for people and for scanners.
static constexpr std::string_view prefix = "oopsfarm_";
static constexpr std::size_t random_bytes = 32;

const char* to_string(Role role)
{
  return role == Role::admin ? "admin" : "submit";
}

static std::optional<TokenEntry> entry_of(const Json& json)
{
  const auto text = [&](const char* key) {
    return json.contains(key) && json[key].is_string()
               ? json[key].get<std::string>()
               : std::string();
  };
  TokenEntry entry;
  entry.name = text("name");
  entry.hash = text("sha256");
  const auto role = text("role");
  if (!is_safe_name(entry.name) || entry.hash.empty() ||
      (role != "submit" && role != "admin")) {
    return std::nullopt;
  }
  entry.role = role == "admin" ? Role::admin : Role::submit;
  if (json.contains("created_ms") && json["created_ms"].is_number_integer()) {
    entry.created_ms = json["created_ms"].get<std::int64_t>();
  }
  return entry;
}

Result<std::vector<TokenEntry>> read_tokens(const std::filesystem::path& file)
{
  std::vector<TokenEntry> tokens;
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return tokens;
  }
  TRY_ASSIGN(const auto text, read_file(file));
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_array()) {
    return user_error(file.string() + ": not a list of tokens");
  }
  for (const auto& each : json) {
    auto entry = each.is_object() ? entry_of(each) : std::nullopt;
    if (!entry) {
      return user_error(file.string() + ": an entry is no token of ours");
    }
    tokens.push_back(*std::move(entry));
  }
  return tokens;
}

static Status write_tokens(const std::filesystem::path& file,
                           const std::vector<TokenEntry>& tokens)
{
  auto json = Json::array();
  for (const auto& entry : tokens) {
    json.push_back({{"name", entry.name},
                    {"role", to_string(entry.role)},
                    {"sha256", entry.hash},
                    {"created_ms", entry.created_ms}});
  }
  return write_file(file, json.dump(2) + "\n", Durable::yes);
}

static Result<std::string> random_token()
{
  std::array<unsigned char, random_bytes> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) !=
      static_cast<ssize_t>(bytes.size())) {
    return infra_error("the kernel gives no random bytes");
  }
  std::string token(prefix);
  for (const auto byte : bytes) {
    token += fmt::format("{:02x}", byte);
  }
  return token;
}

/// Changes the file while nobody else does.
template <typename Change>
static Status change_tokens(const std::filesystem::path& file, Change change)
{
  TRY(make_folder(file.parent_path()));
  TRY_ASSIGN(const auto lock, FileLock::try_take(file.string() + ".lock"));
  TRY_ASSIGN(auto tokens, read_tokens(file));
  TRY(change(tokens));
  return write_tokens(file, tokens);
}

static auto of_name(std::vector<TokenEntry>& tokens, const std::string& name)
{
  return std::find_if(tokens.begin(), tokens.end(), [&](const auto& entry) {
    return entry.name == name;
  });
}

Result<std::string>
add_token(const std::filesystem::path& file, const std::string& name, Role role)
{
  if (!is_safe_name(name)) {
    return user_error(fmt::format(
        "'{}' is no name for a token's holder: letters, digits, '.', '_', '-'",
        printable(name, 80)));
  }
  TRY_ASSIGN(const auto token, random_token());
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  TRY(change_tokens(file, [&](std::vector<TokenEntry>& tokens) -> Status {
    if (of_name(tokens, name) != tokens.end()) {
      return user_error(fmt::format(
          "{} has a token; `oopsfarm token remove {}` first", name, name));
    }
    tokens.push_back({name, role, sha256_hex(token), now.count()});
    return Ok{};
  }));
  return token;
}

Status remove_token(const std::filesystem::path& file, const std::string& name)
{
  return change_tokens(file, [&](std::vector<TokenEntry>& tokens) -> Status {
    const auto found = of_name(tokens, name);
    if (found == tokens.end()) {
      return user_error(
          fmt::format("nobody named '{}' has a token", printable(name, 80)));
    }
    tokens.erase(found);
    return Ok{};
  });
}

std::optional<TokenEntry> find_token(const std::vector<TokenEntry>& tokens,
                                     std::string_view presented)
{
  if (presented.size() != prefix.size() + 2 * random_bytes) {
    return std::nullopt;
  }
  // Hashes are compared, so that the time it takes says nothing of the token.
  const auto hash = sha256_hex(presented);
  const auto found =
      std::find_if(tokens.begin(), tokens.end(), [&](const auto& entry) {
        return entry.hash == hash;
      });
  return found == tokens.end() ? std::nullopt : std::optional(*found);
}

} // namespace oopsfarm
