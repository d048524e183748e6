// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/engine.h"
#include "sys/stop.h"

#include <memory>
#include <string>

namespace oopsfarm {

/// A tree as it is for a night.
struct TreeTip
{
  std::string commit; ///< that the base stands for; full object id
  std::string note;   ///< "" or why the tree is not as its remote is
};

/// Brings trees up to date. An interface, so that nights can be tested without
/// git.
class TreeKeeper
{
public:
  virtual ~TreeKeeper() = default;

  /// Fetches the tree where it comes from a git remote; one that can't be
  /// reached leaves it as it is, and the note says so. Then looks `base` up
  /// ("": the newest tag). Fails (user) on an unknown tree or base, (infra)
  /// when git can't be run, or at a stop. May take minutes.
  virtual Result<TreeTip> bring_up(const std::string& tree,
                                   const std::string& base) = 0;
};

/// The real one. `context` and `stop` outlive it.
std::unique_ptr<TreeKeeper> make_tree_keeper(const EngineContext& context,
                                             const Stop& stop);

} // namespace oopsfarm
