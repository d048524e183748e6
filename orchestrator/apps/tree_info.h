// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "engine/engine.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace oopsfarm {

/// What `tree list` says of a tree.
struct TreeInfo
{
  std::string name;
  std::string tag;    ///< the newest one, or ""
  std::string commit; ///< the tag's, or ""
  std::uint64_t bytes = 0;
};

/// The names of the trees in a state folder, sorted; none when it is absent.
std::vector<std::string> tree_folder_names(const StatePaths& state);

/// All trees, by name. A tree that can't be read keeps its name and size only.
Result<std::vector<TreeInfo>>
list_trees(const StatePaths& state, ProcessRunner& processes, const Stop& stop);

} // namespace oopsfarm
