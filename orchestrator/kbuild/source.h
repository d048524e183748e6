// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "git/repository.h"

#include <filesystem>
#include <string>

namespace oopsfarm {

/// Moves the source of an object tree to a commit, like checkout(), which it
/// uses the first time and after every interruption. Nobody but us writes to
/// that folder, so a finished move is remembered beside it (src.state) and the
/// next one spares the search for changed and stray files: of the 0.9 s that
/// takes for a kernel, 0.3 s are left, and nothing for the same commit.
/// REQUIRES: the object tree's lock is held.
Status move_source(const Repository& repository,
                   const std::filesystem::path& object_tree,
                   const std::string& commit);

} // namespace oopsfarm
