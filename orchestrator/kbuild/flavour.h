// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "kbuild/fragment.h"
#include "model/arch.h"
#include "model/target.h"

#include <filesystem>
#include <string>
#include <vector>

namespace oopsfarm {

/// The fragments of one flavour for one architecture, in the order of merging:
/// common.config, <arch>.config, <flavour>.config, <flavour>.<arch>.config
/// (the first two and the last where they exist).
struct Flavour
{
  std::string name;
  std::vector<std::filesystem::path> fragments;
  std::string hash; ///< SHA-256 over what the fragments want, in order
  std::vector<Exclusion> not_for; ///< of all fragments
};

/// The flavours of a kconfigs folder: every NAME.config whose name has no
/// further dot and is neither `common` nor an architecture's, sorted. Fails
/// (infra) when the folder can't be read.
Result<std::vector<std::string>>
list_flavours(const std::filesystem::path& kconfigs);

/// One of them. Fails (user) on an unknown name, with the nearest known one,
/// and on a fragment with a line that is none (file:line).
Result<Flavour> load_flavour(const std::filesystem::path& kconfigs,
                             const std::string& name,
                             Arch arch);

/// Why this target can't have the flavour, or nullptr. Pure; points into it.
const Exclusion* find_exclusion(const Flavour& flavour, const Target& target);

} // namespace oopsfarm
