// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/step.h"
#include "sys/process.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oopsfarm {

/// The one place where code from a patch runs (docs/design/
/// 0003-build-sandbox.md). Inside: the system's programs read-only, the source
/// read-only at /build/src, objects at /build/obj, ccache at /build/ccache, a
/// folder of ours read-only at /build/config, a private /tmp; no network, no
/// home, no host processes, an empty environment.

/// A layer above shared objects: what is written goes to `upper`.
struct Layer
{
  std::filesystem::path upper;
  std::filesystem::path work; ///< same file system as `upper`
};

enum class Access { read_only, read_write };

/// What one sandboxed command may see and use. All folders exist.
struct Sandbox
{
  std::filesystem::path source;
  std::filesystem::path config;
  std::filesystem::path objects;
  std::optional<Layer> layer; ///< absent: writes go to `objects`
  std::filesystem::path ccache;
  Access ccache_access = Access::read_only;
  BuildLimits limits;
};

/// Who the sandboxed processes are on the host. As root they run under an
/// otherwise unused uid, since limits on processes do not bind root.
struct Identity
{
  unsigned uid = 0;
  unsigned gid = 0;
  bool started_by_root = false;
};

/// This process's choice.
Identity sandbox_identity();

/// The first line on standard output, before the command starts. Without it
/// the sandbox itself could not be set up.
constexpr std::string_view sandbox_ready = "oopsfarm: the sandbox is ready";

/// The exit code (without sandbox_ready) when the kernel refuses the overlay
/// that a Layer needs.
constexpr int exit_no_overlay = 97;

/// The full command line that runs `argv` in the sandbox, with `env` as its
/// whole environment (PATH, HOME and LANG are set here). Pure.
Command
sandbox_command(const Sandbox& sandbox,
                const Identity& identity,
                const std::vector<std::string>& argv,
                const std::vector<std::pair<std::string, std::string>>& env);

} // namespace oopsfarm
