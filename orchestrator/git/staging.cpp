// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/staging.h"

#include <fmt/format.h>

namespace oopsfarm {

namespace fs = std::filesystem;

/// The leading dot keeps it out of listings of trees.
static constexpr const char* prefix = ".import-";

static Error exists_error(const fs::path& dest)
{
  return user_error(fmt::format("{} exists already: choose another name, or "
                                "remove it first",
                                dest.string()));
}

/// Removes what imports that were killed left: the lock of a living one is
/// held.
static void remove_dead(const fs::path& parent)
{
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    const auto lock = entry.path() / "lock";
    if (entry.path().filename().string().starts_with(prefix) &&
        fs::exists(lock, error) && FileLock::try_take(lock)) {
      static_cast<void>(remove_tree(entry.path()));
    }
  }
}

Result<Staging> Staging::make(const fs::path& dest)
{
  std::error_code error;
  if (fs::exists(fs::symlink_status(dest, error))) {
    return exists_error(dest);
  }
  const auto parent = fs::absolute(dest).parent_path();
  TRY(make_folder(parent));
  remove_dead(parent);
  TRY_ASSIGN(auto temp, TempFolder::make(parent, prefix));
  TRY_ASSIGN(auto lock, FileLock::try_take(temp.path() / "lock"));
  return Staging(std::move(temp), std::move(lock), dest);
}

Status Staging::publish()
{
  // rename(2) would replace an empty folder; whatever stands there is not ours.
  std::error_code error;
  if (fs::exists(fs::symlink_status(dest_, error))) {
    return exists_error(dest_);
  }
  fs::rename(git_dir(), dest_, error);
  if (error) {
    return infra_error(fmt::format(
        "cannot rename {}: {}", git_dir().string(), error.message()));
  }
  return Ok{};
}

} // namespace oopsfarm
