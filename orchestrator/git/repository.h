// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "git/git.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// One commit, as lists show it.
struct Commit
{
  std::string id;      ///< full object id
  std::string subject; ///< UTF-8, untrusted
};

/// A bare repository: a farm's tree.
///
/// Several processes and threads may work on the same one at once; git's own
/// locks and object store allow it, and nothing here rewrites or prunes.
/// Names of commits that come from people (job files) may be anything; they
/// never reach git as options.
class Repository
{
public:
  /// Fails (user) when there is no repository. `processes` and `stop` outlive
  /// the result.
  static Result<Repository> open(const std::filesystem::path& git_dir,
                                 ProcessRunner& processes,
                                 const Stop& stop);

  const std::filesystem::path& git_dir() const { return git_dir_; }

  const Git& git() const { return git_; }

  /// Any commit-ish → full object id. Fails (user) when it is unknown, and
  /// names the nearest tags.
  Result<std::string> resolve(const std::string& commit_ish) const;

  /// The tag created last; of several made at once the highest version. Fails
  /// (user) when the tree has none.
  Result<std::string> newest_tag() const;

  /// Every tag, newest first.
  Result<std::vector<std::string>> tags() const;

  /// The subject line of one commit (full id or commit-ish).
  Result<std::string> subject(const std::string& commit_ish) const;

  /// Commits reachable from `to` and not from `from`, oldest first.
  Result<std::vector<Commit>> rev_list(const std::string& from,
                                       const std::string& to) const;

  Result<bool> is_ancestor(const std::string& ancestor,
                           const std::string& commit) const;

  /// The best common ancestor, or nothing where histories are unrelated.
  Result<std::optional<std::string>> merge_base(const std::string& a,
                                                const std::string& b) const;

  /// The object a full ref name stands for, or nothing.
  Result<std::optional<std::string>> read_ref(const std::string& ref) const;

  /// Creates or moves a ref. REQUIRES: `ref` is a well-formed full name,
  /// `commit` a full object id.
  Status write_ref(const std::string& ref, const std::string& commit) const;

  /// A call on this repository with these arguments.
  GitCall call(std::vector<std::string> args) const;

private:
  Repository(std::filesystem::path git_dir, Git git);

  std::filesystem::path git_dir_;
  Git git_;
};

} // namespace oopsfarm
