// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "git/repository.h"
#include "model/report.h"
#include "suspects/rank.h"
#include "symbols/vmlinux.h"
#include "triage/crash.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oopsfarm {

/// Where `crash` happened: its stack with what was inlined, and the functions
/// within two calls of it. Without symbols (nullptr) the stack's names alone.
CrashSite site_of(const Crash& crash, const Symbols* symbols);

/// Ranks the applied patches of a series for the crashes of its runs. Each
/// patch's diff is read once; of the kernels the last one's symbols are kept,
/// since runs of one kernel follow one another. One thread at a time.
class SuspectFinder
{
public:
  /// Reads the diffs of `patches`, where they were applied; `base` is the
  /// commit below them. `repository` must outlive the finder. Fails (infra)
  /// when a diff can't be read.
  static Result<SuspectFinder> make(const Repository& repository,
                                    std::string base,
                                    const std::vector<PatchInfo>& patches);

  /// Ranks the patches by the first crash on a run's console, with its
  /// kernel's vmlinux. Empty when the console shows no crash or no patch was
  /// applied. Fails (infra) when the console can't be read.
  Result<std::vector<Suspect>> find(const std::filesystem::path& console,
                                    const std::filesystem::path& vmlinux);

private:
  SuspectFinder(const Repository& repository, std::string base)
      : repository_(&repository), base_(std::move(base))
  {
  }

  const Symbols* symbols_of(const std::filesystem::path& vmlinux);

  const Repository* repository_;
  std::string base_;
  std::vector<PatchEvidence> patches_;
  std::filesystem::path vmlinux_; ///< whose symbols are kept
  std::optional<Symbols> symbols_;
};

} // namespace oopsfarm
