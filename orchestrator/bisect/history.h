// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace oopsfarm {

/// A commit that can be tested: 0 is the end that is said to be good, 1 to
/// size() are the commits that may have brought the crash, ancestors first.
using Node = std::uint32_t;

/// The commits between the two ends as a graph, merges and all, with the
/// ancestors of each as a bit set: size()² / 8 bytes. Immutable; any thread may
/// read it.
class History
{
public:
  /// The most commits that are taken: 128 MiB of bits.
  static constexpr std::size_t most = 32768;

  /// `parents[i]` are the parents of commit i + 1, those among the candidates
  /// only. Fails (user) when there are no or too many commits, and (internal)
  /// when a parent does not stand before its child.
  static Result<History> make(const std::vector<std::vector<Node>>& parents);

  /// The same commits looked at for the one that took the crash away. Kernels
  /// are numbered from the other end then: node 0 is the newest commit, which
  /// is said to be good, node N the end that is said to be bad; hypothesis i is
  /// the commit that is node i - 1. A node shows the crash as long as it does
  /// not contain it. `parents` and errors as in make().
  static Result<History>
  make_reverse(const std::vector<std::vector<Node>>& parents);

  /// Without merges: commit i + 1 is the child of commit i. REQUIRES: 1 to
  /// `most` commits.
  static History line(std::size_t commits);

  std::size_t size() const { return size_; }

  /// The end that is said to be bad: the last commit.
  Node tip() const { return static_cast<Node>(size_); }

  /// Whether `node`'s source contains commit `culprit` (1 to size()); of a
  /// reverse history, whether it lacks the fix.
  bool contains(Node node, Node culprit) const
  {
    return (rows_[node * words_ + culprit / 64] >> (culprit % 64) & 1) != 0;
  }

  /// The bits of contains(node, ...), 64 to a word.
  const std::uint64_t* row(Node node) const { return &rows_[node * words_]; }

private:
  explicit History(std::size_t commits);
  void add(Node node, const std::vector<Node>& parents);

  void set(Node node, Node culprit)
  {
    rows_[node * words_ + culprit / 64] |= std::uint64_t{1} << (culprit % 64);
  }

  std::size_t size_;
  std::size_t words_; ///< of a row
  std::vector<std::uint64_t> rows_;
};

} // namespace oopsfarm
