// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "git/repository.h"
#include "model/report.h"
#include "suspects/rank.h"
#include "symbols/vmlinux.h"
#include "triage/crash.h"

#include <filesystem>
#include <vector>

namespace oopsfarm {

/// Where `crash` happened: its stack with what was inlined, and the functions
/// within two calls of it. Without symbols (nullptr) the stack's names alone.
CrashSite site_of(const Crash& crash, const Symbols* symbols);

/// Ranks the applied `patches` of a series by the first crash on a run's
/// console; `base` is the commit below them. Reads the run's console, its
/// kernel's vmlinux and the patches' diffs. Empty when the console shows no
/// crash or no patch was applied. Fails (infra) when one of them can't be read.
Result<std::vector<Suspect>>
find_suspects(const Repository& repository,
              const std::string& base,
              const std::vector<PatchInfo>& patches,
              const std::filesystem::path& console,
              const std::filesystem::path& vmlinux);

} // namespace oopsfarm
