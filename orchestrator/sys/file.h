// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace oopsfarm {

/// Files and folders. Errors are infra and name the path and the reason, a
/// full disk in words of its own. All may be called from any thread.

enum class Durable { yes, no };

/// A file's whole content. Fails when it is over `max` bytes, too.
Result<std::string> read_file(const std::filesystem::path& file,
                              std::uint64_t max = 64U << 20);

/// Writes a new file beside `file`, then renames it over: readers see the old
/// content or the new, never half. `durable` syncs it to disk first.
Status write_file(const std::filesystem::path& file,
                  std::string_view content,
                  Durable durable = Durable::no);

/// Adds to a file's end, makes it where it is missing, and syncs it to disk
/// before returning. A kill may leave a part of `content`.
Status append_file(const std::filesystem::path& file, std::string_view content);

/// Makes a folder and its parents, as needed.
Status make_folder(const std::filesystem::path& folder);

/// Removes a file or a whole folder; what is not there is removed already.
/// Does not follow links.
Status remove_tree(const std::filesystem::path& path);

/// Bytes of all regular files below a folder, or of one file; what can't be
/// read counts 0. Follows no links.
std::uint64_t bytes_below(const std::filesystem::path& path);

/// Bytes that an ordinary user can still write below `path`.
Result<std::uint64_t> free_space(const std::filesystem::path& path);

/// A new folder below `parent`, removed with everything in it by the
/// destructor. Movable.
class TempFolder
{
public:
  static Result<TempFolder> make(const std::filesystem::path& parent,
                                 std::string_view prefix);
  TempFolder(TempFolder&& other) noexcept;
  TempFolder& operator=(TempFolder&& other) noexcept;
  ~TempFolder();

  const std::filesystem::path& path() const { return path_; }

private:
  explicit TempFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

/// An exclusive lock on a file (flock), held until the destructor; the kernel
/// drops it when the process dies. The file stays, with the holder's pid in it.
class FileLock
{
public:
  /// Fails (user) at once when another process holds it, and names its pid.
  static Result<FileLock> try_take(const std::filesystem::path& file);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

private:
  explicit FileLock(int fd) : fd_(fd) {}

  int fd_ = -1;
};

} // namespace oopsfarm
