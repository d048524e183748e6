// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/environment.h"

#include "base/strings.h"
#include "jobfile/farm_file.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace oopsfarm {

namespace fs = std::filesystem;

std::optional<std::string> get_env(const char* name)
{
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') {
    return std::nullopt;
  }
  return value;
}

Result<StatePaths> find_state(const fs::path& option, const GetEnv& env)
{
  if (!option.empty()) {
    std::error_code error;
    const auto folder = fs::absolute(option, error);
    if (error) {
      return user_error(
          fmt::format("--state {}: {}", option.string(), error.message()));
    }
    return StatePaths{folder.lexically_normal()};
  }
  const auto xdg = env("XDG_STATE_HOME");
  if (xdg && fs::path(*xdg).is_absolute()) {
    return StatePaths{fs::path(*xdg) / "oopsfarm"};
  }
  const auto home = env("HOME");
  if (!home || !fs::path(*home).is_absolute()) {
    return user_error("there is no HOME to keep the state below; name a "
                      "folder with --state DIR");
  }
  return StatePaths{fs::path(*home) / ".local/state/oopsfarm"};
}

Result<FileLock> claim_state(const StatePaths& state)
{
  const auto unusable = [&](const std::string& why) {
    return user_error(fmt::format(
        "the state folder {} is not writable ({}); mend that, or choose "
        "another with --state DIR",
        state.root.string(),
        why));
  };
  std::error_code error;
  fs::create_directories(state.root, error);
  if (error) {
    return unusable(error.message());
  }
  if (access(state.root.c_str(), R_OK | W_OK | X_OK) != 0) {
    return unusable(std::strerror(errno));
  }
  auto lock = FileLock::try_take(state.lock());
  if (!lock && lock.error().fault == Fault::user) {
    return user_error(lock.error().message +
                      "; wait for its end, or choose another folder with "
                      "--state DIR");
  }
  if (!lock) {
    return unusable(lock.error().message);
  }
  return lock;
}

Result<SharePaths> find_share(const fs::path& program, const GetEnv& env)
{
  SharePaths share;
  const auto beside = program.parent_path();
  if (const auto named = env("OOPSFARM_SHARE")) {
    std::error_code ignored;
    share.root = fs::absolute(*named, ignored);
  } else {
    share.root = (beside / "../share/oopsfarm").lexically_normal();
  }
  share.step_program = beside / "oopsfarm-step";
  for (const auto& needed : {share.targets(),
                             share.workloads(),
                             share.kconfigs(),
                             share.step_program}) {
    std::error_code ignored;
    if (!fs::exists(needed, ignored)) {
      return infra_error(fmt::format(
          "{} is missing: install or build all of Oopsfarm, or name its data "
          "folder in $OOPSFARM_SHARE",
          needed.string()));
    }
  }
  return share;
}

fs::path own_program()
{
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored);
}

/// A token is one line.
static Result<std::string> find_token(const GlobalOptions& options,
                                      const GetEnv& env)
{
  if (options.token_file.empty()) {
    return env("OOPSFARM_TOKEN").value_or("");
  }
  TRY_ASSIGN(const auto text, read_file(options.token_file, 4096));
  return std::string(trim(text));
}

Result<DaemonAddress> find_daemon(const GlobalOptions& options,
                                  const GetEnv& env)
{
  auto url = options.server.empty() ? env("OOPSFARM_SERVER").value_or("")
                                    : options.server;
  if (url.empty()) {
    TRY_ASSIGN(const auto state, find_state(options.state, env));
    return DaemonAddress{state.socket()};
  }
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return user_error(
        fmt::format("'{}' is no daemon's URL, as in http://127.0.0.1:7070",
                    printable(url, 200)));
  }
  while (url.ends_with('/')) {
    url.pop_back();
  }
  TRY_ASSIGN(auto token, find_token(options, env));
  if (token.empty()) {
    return user_error(fmt::format(
        "{} wants a token: set $OOPSFARM_TOKEN or name --token-file FILE; "
        "`oopsfarm token add NAME` on its host makes one",
        printable(url, 200)));
  }
  return DaemonAddress{{}, std::move(url), std::move(token)};
}

Result<FarmConfig> load_config(const GlobalOptions& options,
                               const StatePaths& state)
{
  if (!options.config.empty()) {
    return read_farm_config(options.config, Required::yes);
  }
  return read_farm_config(state.root / "farm.yaml", Required::no);
}

} // namespace oopsfarm
