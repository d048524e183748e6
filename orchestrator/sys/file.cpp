// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/file.h"

#include "sys/fd.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <system_error>

namespace oopsfarm {

namespace fs = std::filesystem;

static Error file_error(const char* what, const fs::path& path, int number)
{
  if (number == ENOSPC || number == EDQUOT) {
    return infra_error(fmt::format(
        "cannot {} {}: the disk is full; free some space there, then run again",
        what,
        path.string()));
  }
  return infra_error(fmt::format(
      "cannot {} {}: {}", what, path.string(), std::strerror(number)));
}

Result<std::string> read_file(const fs::path& file, std::uint64_t max)
{
  const Fd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) {
    return file_error("read", file, errno);
  }
  std::string content;
  std::array<char, 64 * 1024> buffer{};
  while (true) {
    const auto got = read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return file_error("read", file, errno);
    }
    if (got == 0) {
      return content;
    }
    content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > max) {
      return infra_error(
          fmt::format("{} is over {} bytes", file.string(), max));
    }
  }
}

static int write_all(int fd, std::string_view content)
{
  while (!content.empty()) {
    const auto put = write(fd, content.data(), content.size());
    if (put < 0 && errno != EINTR) {
      return errno;
    }
    if (put > 0) {
      content.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  return 0;
}

Status
write_file(const fs::path& file, std::string_view content, Durable durable)
{
  std::string temporary = file.string() + ".XXXXXX";
  int failed = 0;
  {
    const Fd fd(mkostemp(temporary.data(), O_CLOEXEC));
    if (fd.get() < 0) {
      return file_error("write", file, errno);
    }
    failed = write_all(fd.get(), content);
    if (failed == 0 && fchmod(fd.get(), 0644) != 0) {
      failed = errno;
    }
    if (failed == 0 && durable == Durable::yes && fsync(fd.get()) != 0) {
      failed = errno;
    }
  }
  if (failed == 0 && rename(temporary.c_str(), file.c_str()) != 0) {
    failed = errno;
  }
  if (failed != 0) {
    unlink(temporary.c_str());
    return file_error("write", file, failed);
  }
  return Ok{};
}

Status append_file(const fs::path& file, std::string_view content)
{
  const Fd fd(
      open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (fd.get() < 0) {
    return file_error("write", file, errno);
  }
  auto failed = write_all(fd.get(), content);
  if (failed == 0 && fdatasync(fd.get()) != 0) {
    failed = errno;
  }
  if (failed != 0) {
    return file_error("write", file, failed);
  }
  return Ok{};
}

Status make_folder(const fs::path& folder)
{
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return file_error("make the folder", folder, error.value());
  }
  return Ok{};
}

Status remove_tree(const fs::path& path)
{
  std::error_code error;
  fs::remove_all(path, error);
  if (error) {
    return file_error("remove", path, error.value());
  }
  return Ok{};
}

std::uint64_t bytes_below(const fs::path& path)
{
  std::error_code error;
  if (fs::is_regular_file(fs::symlink_status(path, error))) {
    const auto size = fs::file_size(path, error);
    return error ? 0 : size;
  }
  std::uint64_t bytes = 0;
  for (fs::recursive_directory_iterator entry(path, error), end;
       !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) && !entry->is_symlink(ignored)) {
      const auto size = entry->file_size(ignored);
      bytes += ignored ? 0 : size;
    }
  }
  return bytes;
}

Result<std::uint64_t> free_space(const fs::path& path)
{
  struct statvfs facts = {};
  if (statvfs(path.c_str(), &facts) != 0) {
    return file_error("ask for the free space of", path, errno);
  }
  return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
}

Result<TempFolder> TempFolder::make(const fs::path& parent,
                                    std::string_view prefix)
{
  TRY(make_folder(parent));
  std::string name = (parent / fmt::format("{}XXXXXX", prefix)).string();
  if (mkdtemp(name.data()) == nullptr) {
    return file_error("make a folder in", parent, errno);
  }
  return TempFolder(name);
}

TempFolder::TempFolder(TempFolder&& other) noexcept
    : path_(std::exchange(other.path_, {}))
{
}

TempFolder& TempFolder::operator=(TempFolder&& other) noexcept
{
  std::swap(path_, other.path_);
  return *this;
}

TempFolder::~TempFolder()
{
  if (!path_.empty()) {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
}

/// The pid that the holder of a lock wrote into it, or "".
/// The pid that a lock's holder wrote; 0 when there is none.
static pid_t holder_of(int fd)
{
  std::array<char, 32> text{};
  const auto got = pread(fd, text.data(), text.size() - 1, 0);
  pid_t pid = 0;
  if (got > 0) {
    std::from_chars(text.data(), text.data() + got, pid);
  }
  return pid;
}

/// Whoever has the lock and is nobody has it for a moment: the child, before
/// its exec, of a process that was killed; or somebody who looks whether it is
/// taken.
static bool lock_after_a_moment(int fd)
{
  constexpr int tries = 200;
  constexpr int pause_ms = 10;
  for (int i = 0; i < tries; ++i) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
      return true;
    }
    const auto holder = holder_of(fd);
    const bool is_alive =
        holder > 0 && (kill(holder, 0) == 0 || errno != ESRCH);
    if (is_alive) {
      return false;
    }
    poll(nullptr, 0, pause_ms);
  }
  return false;
}

Result<FileLock> FileLock::try_take(const fs::path& file)
{
  FileLock lock(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lock.fd_ < 0) {
    return file_error("open", file, errno);
  }
  if (flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return file_error("lock", file, errno);
    }
    if (!lock_after_a_moment(lock.fd_)) {
      const auto pid = holder_of(lock.fd_);
      return user_error(
          fmt::format("{} is in use by another process{}",
                      file.parent_path().string(),
                      pid > 0 ? fmt::format(" (pid {})", pid) : ""));
    }
  }
  const auto pid = fmt::format("{}\n", getpid());
  if (ftruncate(lock.fd_, 0) != 0 || write_all(lock.fd_, pid) != 0) {
    return file_error("write", file, errno);
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1))
{
}

FileLock& FileLock::operator=(FileLock&& other) noexcept
{
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock()
{
  if (fd_ >= 0) {
    // Not by close() alone: a child that another thread has just forked shares
    // the lock until its exec.
    flock(fd_, LOCK_UN);
    close(fd_);
  }
}

} // namespace oopsfarm
