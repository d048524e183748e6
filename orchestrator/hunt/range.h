// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "bisect/history.h"
#include "git/repository.h"

#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// The commits of a bisection: what stands for each Node of a History.
struct Range
{
  std::vector<Commit> commits; ///< [0]: the good end; [i]: Node i
  /// [i]: parents of Node i + 1 among the candidates.
  std::vector<std::vector<Node>> parents;
  /// The good end is an ancestor of the bad one.
  bool is_descent = true;

  Node tip() const { return static_cast<Node>(commits.size() - 1); }

  /// The node of a full object id, or nothing.
  std::optional<Node> find(const std::string& id) const;
};

/// All commits that `bad` contains and `good` does not, ancestors first. Fails
/// (user) when an end is unknown, nothing lies between them, or too much does.
Result<Range> read_range(const Repository& repository,
                         const std::string& good,
                         const std::string& bad);

} // namespace oopsfarm
