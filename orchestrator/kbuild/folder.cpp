// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/folder.h"

#include "sys/file.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace oopsfarm {

namespace fs = std::filesystem;

static Error folder_error(const char* what, const fs::path& path, int number)
{
  return infra_error(fmt::format(
      "cannot {} {}: {}", what, path.string(), std::strerror(number)));
}

/// Makes every folder below `folder` one that its owner may empty. A folder's
/// permissions are changed before it is read, its children's after.
static void open_permissions(const fs::path& folder)
{
  std::vector<fs::path> todo = {folder};
  while (!todo.empty()) {
    const auto next = std::move(todo.back());
    todo.pop_back();
    std::error_code error;
    fs::permissions(next,
                    fs::perms::owner_all,
                    fs::perm_options::add | fs::perm_options::nofollow,
                    error);
    // nofollow is refused on some systems; `next` is known to be no link.
    if (error) {
      fs::permissions(next, fs::perms::owner_all, fs::perm_options::add, error);
    }
    fs::directory_iterator entries(next, error);
    while (!error && entries != fs::directory_iterator()) {
      std::error_code ignored;
      if (fs::is_directory(entries->symlink_status(ignored))) {
        todo.push_back(entries->path());
      }
      entries.increment(error);
    }
  }
}

Status wipe(const fs::path& folder)
{
  std::error_code error;
  if (!fs::exists(fs::symlink_status(folder, error))) {
    return Ok{};
  }
  // The second try is for folders without permissions, the third for what a
  // process that is just being killed made meanwhile.
  Status result = remove_tree(folder);
  for (int i = 0; i < 2 && !result; ++i) {
    open_permissions(folder);
    result = remove_tree(folder);
  }
  return result;
}

Status make_folder_for(const fs::path& folder, const Identity& identity)
{
  TRY(make_folder(folder));
  struct stat facts = {};
  if (lstat(folder.c_str(), &facts) != 0) {
    return folder_error("look at", folder, errno);
  }
  if (facts.st_uid == identity.uid && facts.st_gid == identity.gid) {
    return Ok{};
  }
  if (!identity.started_by_root) {
    // A folder that hands down another group would make files that can't be
    // copied up into a layer.
    if (chown(folder.c_str(), static_cast<uid_t>(-1), identity.gid) != 0 ||
        chmod(folder.c_str(), 0755) != 0) {
      return folder_error("change the group of", folder, errno);
    }
    return Ok{};
  }
  std::error_code error;
  fs::recursive_directory_iterator entries(folder, error);
  while (!error && entries != fs::recursive_directory_iterator()) {
    if (lchown(entries->path().c_str(), identity.uid, identity.gid) != 0) {
      return folder_error("change the owner of", entries->path(), errno);
    }
    entries.increment(error);
  }
  if (error) {
    return folder_error("read", folder, error.value());
  }
  // The folder itself comes last: its owner says that all is done.
  if (lchown(folder.c_str(), identity.uid, identity.gid) != 0) {
    return folder_error("change the owner of", folder, errno);
  }
  return Ok{};
}

OpenFile::OpenFile(OpenFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1))
{
}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept
{
  std::swap(fd_, other.fd_);
  return *this;
}

OpenFile::~OpenFile()
{
  if (fd_ >= 0) {
    close(fd_);
  }
}

Result<std::optional<OpenFile>>
open_output(const std::vector<fs::path>& folders,
            const std::string& name,
            std::uint64_t max)
{
  for (const auto& folder : folders) {
    const auto path = folder / name;
    struct stat facts = {};
    if (lstat(path.c_str(), &facts) != 0) {
      if (errno == ENOENT) {
        continue;
      }
      return folder_error("look at", path, errno);
    }
    if (S_ISCHR(facts.st_mode)) {
      return std::optional<OpenFile>();
    }
    OpenFile file(
        open(path.c_str(),
             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!S_ISREG(facts.st_mode) || file.fd() < 0 ||
        fstat(file.fd(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
      return user_error(
          fmt::format("the build left {} that is no regular file", name));
    }
    if (static_cast<std::uint64_t>(facts.st_size) > max) {
      return user_error(
          fmt::format("the build left {} with {} bytes; {} are allowed",
                      name,
                      facts.st_size,
                      max));
    }
    return std::optional<OpenFile>(std::move(file));
  }
  return std::optional<OpenFile>();
}

Result<std::string> read_output(const OpenFile& file)
{
  return read_file(fmt::format("/proc/self/fd/{}", file.fd()), 64U << 20);
}

/// All of `from` into `to`; an errno, or 0.
static int copy_all(int from, int to)
{
  if (ioctl(to, FICLONE, from) == 0) {
    return 0;
  }
  off_t at = 0;
  while (true) {
    constexpr std::size_t chunk = 64U << 20;
    const auto put = copy_file_range(from, &at, to, nullptr, chunk, 0);
    if (put == 0) {
      return 0;
    }
    if (put < 0 && errno != EINTR) {
      return errno;
    }
  }
}

Status copy_output(const OpenFile& file, const fs::path& dest)
{
  std::string temporary = dest.string() + ".XXXXXX";
  const OpenFile to(mkostemp(temporary.data(), O_CLOEXEC));
  if (to.fd() < 0) {
    return folder_error("write", dest, errno);
  }
  int failed = copy_all(file.fd(), to.fd());
  if (failed == 0 && fchmod(to.fd(), 0644) != 0) {
    failed = errno;
  }
  if (failed == 0 && rename(temporary.c_str(), dest.c_str()) != 0) {
    failed = errno;
  }
  if (failed != 0) {
    unlink(temporary.c_str());
    return folder_error("write", dest, failed);
  }
  return Ok{};
}

} // namespace oopsfarm
