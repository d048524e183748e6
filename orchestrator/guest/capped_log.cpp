// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capped_log.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace oopsfarm {

static constexpr std::uint64_t min_cap = 4096;
static constexpr std::uint64_t piece_size = 64 << 10;
static constexpr std::uint64_t max_per_call = 4 << 20;

/// Free bytes under which a disk counts as full: the next write of QEMU's may
/// be lost, and QEMU would not say so.
static constexpr std::uint64_t min_free = 64 << 10;

CappedLog::CappedLog(std::filesystem::path file, std::uint64_t cap)
    : file_(std::move(file)), cap_(cap)
{
}

Error CappedLog::error(const char* what, int number) const
{
  if (number == ENOSPC || number == EDQUOT) {
    return infra_error(fmt::format(
        "cannot {} {}: the disk is full, so a guest's output would be lost; "
        "free some space there, then run again",
        what,
        file_.string()));
  }
  return infra_error(fmt::format(
      "cannot {} {}: {}", what, file_.string(), std::strerror(number)));
}

Result<CappedLog> CappedLog::create(const std::filesystem::path& file,
                                    std::uint64_t cap)
{
  if (cap < min_cap) {
    return internal_error(fmt::format("a log's cap of {} bytes", cap));
  }
  CappedLog log(file, cap);
  TRY(log.open_all());
  TRY(log.check_disk());
  return log;
}

Status CappedLog::open_all()
{
  fd_ = Fd(open(file_.c_str(),
                O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                0600));
  if (!fd_) {
    return error("create", errno);
  }
  inotify_ = Fd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify_ ||
      inotify_add_watch(inotify_.get(), file_.c_str(), IN_MODIFY) < 0) {
    return error("watch", errno);
  }
  return Ok{};
}

void CappedLog::drain_events()
{
  std::array<char, 4096> events;
  while (::read(inotify_.get(), events.data(), events.size()) > 0) {
  }
}

Result<bool> CappedLog::read(const Sink& sink)
{
  // Before the reading: what is written during it wakes the next poll.
  drain_events();
  std::string piece(piece_size, '\0');
  std::uint64_t done = 0;
  while (done < max_per_call) {
    const auto got =
        pread(fd_.get(), piece.data(), piece.size(), static_cast<off_t>(read_));
    if (got < 0) {
      if (errno == EINTR) {
        continue;
      }
      return error("read", errno);
    }
    if (got == 0) {
      break;
    }
    read_ += static_cast<std::uint64_t>(got);
    done += static_cast<std::uint64_t>(got);
    sink(std::string_view(piece.data(), static_cast<std::size_t>(got)));
    TRY(punch());
  }
  TRY(check_disk());
  return done >= max_per_call;
}

/// Turns a part of the file into a hole.
Status CappedLog::give_back(std::uint64_t begin, std::uint64_t length) const
{
  if (fallocate(fd_.get(),
                FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                static_cast<off_t>(begin),
                static_cast<off_t>(length)) != 0) {
    // A file system without holes: the bound still has to hold somewhere.
    if (errno == EOPNOTSUPP && read_ <= 4 * cap_) {
      return Ok{};
    }
    return error("bound the size of", errno);
  }
  return Ok{};
}

/// Gives back what lies between the head and the tail, and what came behind
/// the end, in steps large enough that the calls don't count.
Status CappedLog::punch()
{
  const auto step = std::clamp<std::uint64_t>(cap_ / 8, 4096, 1 << 20);
  if (end_) {
    const auto length = read_ - *end_ - dropped_;
    if (length < step) {
      return Ok{};
    }
    TRY(give_back(*end_ + dropped_, length));
    dropped_ += length;
    return Ok{};
  }
  if (read_ < cap_ + punched_ + step) {
    return Ok{};
  }
  const auto length = read_ - cap_ - punched_;
  TRY(give_back(cap_ / 2 + punched_, length));
  punched_ += length;
  return Ok{};
}

Status CappedLog::check_disk() const
{
  struct statvfs disk = {};
  if (fstatvfs(fd_.get(), &disk) != 0 || disk.f_blocks == 0) {
    return Ok{}; // the file system doesn't tell
  }
  const auto blocks = geteuid() == 0 ? disk.f_bfree : disk.f_bavail;
  if (blocks * disk.f_frsize < min_free) {
    return error("write", ENOSPC);
  }
  return Ok{};
}

/// write(2) until everything is written; the errno of its failure, or 0.
static int write_all(int fd, std::string_view bytes)
{
  while (!bytes.empty()) {
    const auto put = write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno != EINTR) {
      return errno;
    }
    bytes.remove_prefix(put < 0 ? 0 : static_cast<std::size_t>(put));
  }
  return 0;
}

/// Copies bytes [begin, end) of the log to the end of `to`.
Status
CappedLog::append_range(int to, std::uint64_t begin, std::uint64_t end) const
{
  std::string piece(piece_size, '\0');
  while (begin < end) {
    const auto want = std::min<std::uint64_t>(piece.size(), end - begin);
    const auto got =
        pread(fd_.get(), piece.data(), want, static_cast<off_t>(begin));
    if (got <= 0) {
      return error("read", got == 0 ? EIO : errno);
    }
    const auto length = static_cast<std::size_t>(got);
    if (const int number = write_all(to, {piece.data(), length})) {
      return error("shorten", number);
    }
    begin += length;
  }
  return Ok{};
}

Status CappedLog::finish()
{
  if (!over_cap()) {
    if (end_ && ftruncate(fd_.get(), static_cast<off_t>(*end_)) != 0) {
      return error("shorten", errno);
    }
    return Ok{};
  }
  auto beside = file_;
  beside += ".cut";
  const Fd out(open(beside.c_str(),
                    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                    0600));
  if (!out) {
    return error("shorten", errno);
  }
  const auto half = cap_ / 2;
  const auto mark =
      fmt::format("\n[oopsfarm: {} bytes cut here]\n", size() - 2 * half);
  auto status = append_range(out.get(), 0, half);
  if (status) {
    const int number = write_all(out.get(), mark);
    status = number == 0 ? append_range(out.get(), size() - half, size())
                         : Status(error("shorten", number));
  }
  if (status && rename(beside.c_str(), file_.c_str()) != 0) {
    status = error("shorten", errno);
  }
  if (!status) {
    unlink(beside.c_str());
  }
  return status;
}

} // namespace oopsfarm
