// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "kbuild/sandbox.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// Files in folders that sandboxed code writes to: nothing there is believed.
/// No link is followed and no device is opened. Errors are infra unless said
/// otherwise.

/// Removes a folder with everything in it, folders without permissions too.
Status wipe(const std::filesystem::path& folder);

/// Makes the folder (and its parents) and gives it, with everything in it, to
/// the sandbox's processes. Costs nothing when it is theirs already.
Status make_folder_for(const std::filesystem::path& folder,
                       const Identity& identity);

/// A file that was opened for reading, closed by the destructor. Movable.
class OpenFile
{
public:
  explicit OpenFile(int fd) : fd_(fd) {}

  OpenFile(OpenFile&& other) noexcept;
  OpenFile& operator=(OpenFile&& other) noexcept;
  ~OpenFile();

  int fd() const { return fd_; }

private:
  int fd_;
};

/// Opens `name` in the first of the folders that has something of that name;
/// nothing when none has. A character device there is an overlay's mark for a
/// removed file, and hides what lies below. Fails (user) when it is no regular
/// file or over `max` bytes.
Result<std::optional<OpenFile>>
open_output(const std::vector<std::filesystem::path>& folders,
            const std::string& name,
            std::uint64_t max);

/// Its content. REQUIRES: opened with a `max` that fits into memory.
Result<std::string> read_output(const OpenFile& file);

/// Copies it to a new file beside `dest`, then renames: `dest` is whole or not
/// there. Shares blocks where the file system can.
Status copy_output(const OpenFile& file, const std::filesystem::path& dest);

} // namespace oopsfarm
