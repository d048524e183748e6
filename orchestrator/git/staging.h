// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "sys/file.h"

#include <filesystem>

namespace oopsfarm {

/// Where an import works before its repository stands at `dest`: a folder
/// beside it, removed with all that is left in it by the destructor.
class Staging
{
public:
  /// Fails (user) when `dest` exists. Removes what killed imports left beside
  /// it.
  static Result<Staging> make(const std::filesystem::path& dest);

  const std::filesystem::path& folder() const { return temp_.path(); }

  /// The repository to be.
  std::filesystem::path git_dir() const { return folder() / "tree.git"; }

  /// Renames the repository into place. Fails (user) when another process was
  /// faster.
  Status publish();

private:
  Staging(TempFolder temp, FileLock lock, std::filesystem::path dest)
      : temp_(std::move(temp)), lock_(std::move(lock)), dest_(std::move(dest))
  {
  }

  TempFolder temp_;
  FileLock lock_; ///< tells a living import from a killed one's remains
  std::filesystem::path dest_;
};

} // namespace oopsfarm
