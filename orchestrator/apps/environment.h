// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "api/client.h"
#include "apps/command_line.h"
#include "base/result.h"
#include "engine/engine.h"
#include "sys/file.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace oopsfarm {

/// Looks an environment variable up; nothing when it is unset or empty.
using GetEnv = std::function<std::optional<std::string>(const char*)>;

/// The real one.
std::optional<std::string> get_env(const char* name);

/// The state folder, absolute: the option's, else $XDG_STATE_HOME/oopsfarm
/// (where that is absolute, as the XDG Base Directory Specification asks),
/// else ~/.local/state/oopsfarm. Fails (user) when there is no HOME either.
/// Makes nothing.
Result<StatePaths> find_state(const std::filesystem::path& option,
                              const GetEnv& env);

/// Makes the state folder, checks that it can be written, and takes its lock.
/// Fails (user) when it can't, or when another process has the lock.
Result<FileLock> claim_state(const StatePaths& state);

/// Where the program's data and oopsfarm-step are: $OOPSFARM_SHARE, else
/// ../share/oopsfarm beside the folder of `program`; oopsfarm-step stands
/// beside the program. Fails (infra) when either is missing.
Result<SharePaths> find_share(const std::filesystem::path& program,
                              const GetEnv& env);

/// This program's file.
std::filesystem::path own_program();

/// The daemon that verbs talk to: at --server or $OOPSFARM_SERVER, with the
/// token of --token-file or $OOPSFARM_TOKEN; else at the state folder's socket.
/// Fails (user) on an URL that is none, or without a token for it.
Result<DaemonAddress> find_daemon(const GlobalOptions& options,
                                  const GetEnv& env);

/// farm.yaml: the option's file, which must be there, else the state folder's,
/// which need not.
Result<FarmConfig> load_config(const GlobalOptions& options,
                               const StatePaths& state);

} // namespace oopsfarm
