// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "git/repository.h"

#include <filesystem>
#include <string>
#include <vector>

namespace oopsfarm {

/// Makes `path` a worktree of `repository` at `commit` (full object id),
/// exactly: local changes and stray files go. An existing worktree is moved,
/// and only files that differ get new times, so that make rebuilds no more than
/// it must. What a killed process left (lock files, half a checkout, a folder
/// that is no worktree any more) is repaired.
///
/// Takes the lock `path` + ".lock": fails (user) when another process has it.
/// REQUIRES: `path` is the farm's own; whatever else stands there is removed.
Status checkout(const Repository& repository,
                const std::filesystem::path& path,
                const std::string& commit);

/// Removes what scratch worktrees of killed processes left below `parent`, and
/// their registrations; and half written ones of any worktree. Those of
/// worktrees elsewhere stay though their folders are not to be seen (`git
/// worktree prune` removes them): a disk may be missing for now, and a worktree
/// without its registration is checked out anew, and built anew after that.
/// REQUIRES: no living process works with worktrees of `repository` (the state
/// folder's lock is held).
Status remove_dead_scratch(const Repository& repository,
                           const std::filesystem::path& parent);

/// A worktree that lives as long as this object, at a new folder below
/// `parent`, with nothing but `files` (paths in the tree, literal) checked out.
/// The destructor removes folder and registration, and needs no git for it, so
/// that it works after a stop. Movable.
class ScratchWorktree
{
public:
  static Result<ScratchWorktree> make(const Repository& repository,
                                      const std::filesystem::path& parent,
                                      const std::string& commit,
                                      const std::vector<std::string>& files);
  ScratchWorktree(ScratchWorktree&& other) noexcept;
  ScratchWorktree& operator=(ScratchWorktree&& other) noexcept;
  ~ScratchWorktree();

  const std::filesystem::path& path() const { return path_; }

  /// The commit it stands at now.
  Result<std::string> head() const;

  /// A path for a helper file that git does not see; removed with the rest.
  std::filesystem::path helper_file(const std::string& name) const;

  /// A call that works in this worktree.
  GitCall call(std::vector<std::string> args) const;

private:
  ScratchWorktree(std::filesystem::path path,
                  std::filesystem::path admin,
                  std::filesystem::path lock);
  void release();

  std::filesystem::path path_;
  std::filesystem::path admin_; ///< <git dir>/worktrees/<name>
  std::filesystem::path lock_;  ///< taken to change registrations
};

} // namespace oopsfarm
