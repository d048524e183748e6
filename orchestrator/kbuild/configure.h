// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "git/repository.h"
#include "kbuild/fragment.h"
#include "kbuild/maker.h"
#include "kbuild/object_tree.h"
#include "model/step.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// What came of the config step.
struct Configured
{
  MakeEnd end = MakeEnd::done; ///< of the last make
  MakeOutput output;
  std::vector<std::string> unmet; ///< one explanation each; empty: all is well
};

/// What a tree is configured with, apart from its commit.
std::string config_id(const BuildSpec& spec);

/// Makes the .config of an object tree: the base defconfig, then the wishes
/// (all else off when the base is tinyconfig, at its default otherwise). Does
/// nothing when the tree is configured with the same fragments, and no file
/// that decides about configs differs between the commits.
///
/// Errors are those of Maker::make().
Result<Configured> configure(const BuildSpec& spec,
                             const Fragment& wanted,
                             const Repository& repository,
                             ObjectTree& tree,
                             Maker& maker);

} // namespace oopsfarm
