// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "bisect/history.h"
#include "git/repository.h"

#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// What is bisected: the kernels (or other things) that can be tried, and the
/// changes between them, one of which is looked for. Where a range of commits
/// is bisected, change i is the commit that is Node i.
struct Range
{
  std::vector<Commit> commits; ///< [0]: the good end; [i]: Node i
  /// [i]: parents of Node i + 1 among the candidates; of a reverse range, those
  /// of the commits from the bad end on.
  std::vector<std::vector<Node>> parents;
  /// The good end is an ancestor of the bad one (the other way round where it
  /// is reverse).
  bool is_descent = true;
  /// What is looked for took the crash away (History::make_reverse).
  bool is_reverse = false;
  /// [i - 1]: change i, where that is not commits[i]; else empty.
  std::vector<Commit> changes = {};

  Node tip() const { return static_cast<Node>(commits.size() - 1); }

  /// Hypothesis i, 1 to tip().
  const Commit& change(Node i) const
  {
    return changes.empty() ? commits.at(i) : changes.at(i - 1);
  }

  /// The kernel that comes right before change i is made.
  Node before(Node i) const;

  /// The node of a full object id, or nothing.
  std::optional<Node> find(const std::string& id) const;
};

/// All commits that `bad` contains and `good` does not, ancestors first. Fails
/// (user) when an end is unknown, nothing lies between them, or too much does.
Result<Range> read_range(const Repository& repository,
                         const std::string& good,
                         const std::string& bad);

/// All commits that `good` contains and the older `bad` does not, to find the
/// one that took the crash away. Fails as read_range().
Result<Range> read_reverse_range(const Repository& repository,
                                 const std::string& bad,
                                 const std::string& good);

/// A line of kernels, each with one change more than the one before it.
/// REQUIRES: one change less than kernels.
Range line_of(std::vector<Commit> kernels, std::vector<Commit> changes);

} // namespace oopsfarm
