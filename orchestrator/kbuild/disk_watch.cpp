// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/disk_watch.h"

#include "sys/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>

namespace oopsfarm {

/// Adds what is below the folder `fd` (taken over) to `sum`.
static void
add_use(int fd, std::uint64_t& sum, std::uint64_t enough, unsigned depth)
{
  constexpr unsigned deepest = 64;
  DIR* folder = fdopendir(fd);
  if (folder == nullptr) {
    close(fd);
    return;
  }
  while (sum <= enough) {
    const dirent* entry = readdir(folder);
    if (entry == nullptr) {
      break;
    }
    const std::string_view name = entry->d_name;
    struct stat facts = {};
    if (name == "." || name == ".." ||
        fstatat(dirfd(folder), entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) !=
            0) {
      continue;
    }
    constexpr std::uint64_t least = 4096;
    sum += std::max<std::uint64_t>(
        least, static_cast<std::uint64_t>(facts.st_blocks) * 512);
    if (S_ISDIR(facts.st_mode) && depth < deepest) {
      const int below = openat(dirfd(folder),
                               entry->d_name,
                               O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (below >= 0) {
        add_use(below, sum, enough, depth + 1);
      }
    }
  }
  closedir(folder);
}

std::uint64_t disk_use(const std::filesystem::path& folder,
                       std::uint64_t enough)
{
  std::uint64_t sum = 0;
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    add_use(fd, sum, enough, 0);
  }
  return sum;
}

DiskWatch::DiskWatch(std::vector<std::filesystem::path> folders,
                     std::uint64_t limit,
                     const Stop& outer)
    : folders_(std::move(folders)), limit_(limit), outer_(outer),
      thread_([this] { watch(); })
{
}

DiskWatch::~DiskWatch()
{
  end_.request(SIGTERM);
  thread_.join();
}

DiskWatch::Finding DiskWatch::look() const
{
  std::uint64_t sum = 0;
  for (const auto& folder : folders_) {
    sum += disk_use(folder, limit_);
    const auto left = free_space(folder);
    if (left && *left < reserve) {
      return Finding::disk_full;
    }
  }
  return sum > limit_ ? Finding::over_limit : Finding::none;
}

void DiskWatch::watch()
{
  constexpr int interval_ms = 2000;
  std::array<pollfd, 2> wait = {
      {{outer_.fd(), POLLIN, 0}, {end_.fd(), POLLIN, 0}}};
  while (true) {
    if (outer_.requested()) {
      inner_.request(outer_.signal());
      return;
    }
    if (end_.requested()) {
      return;
    }
    if (const auto found = look(); found != Finding::none) {
      finding_ = found;
      inner_.request(SIGTERM);
      return;
    }
    poll(wait.data(), wait.size(), interval_ms);
  }
}

} // namespace oopsfarm
