// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "sys/stop.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <thread>
#include <vector>

namespace oopsfarm {

/// Bytes on disk below `folder`, at least 4 KiB for each entry, so that a
/// million empty files are not free. Does not follow links; what can't be read
/// or vanishes meanwhile is not counted. Stops counting above `enough`.
std::uint64_t disk_use(const std::filesystem::path& folder,
                       std::uint64_t enough);

/// Passes a stop on, and asks for one itself when the folders together grow
/// over a limit or their file system is nearly full. A thread of its own looks
/// every 2 s.
///
/// Ownership: the references outlive it. The destructor ends the thread.
class DiskWatch
{
public:
  enum class Finding { none, over_limit, disk_full };

  /// Bytes of the file system that are left to everybody else.
  static constexpr std::uint64_t reserve = 256ULL << 20;

  DiskWatch(std::vector<std::filesystem::path> folders,
            std::uint64_t limit,
            const Stop& outer);
  ~DiskWatch();
  DiskWatch(const DiskWatch&) = delete;
  DiskWatch& operator=(const DiskWatch&) = delete;

  /// Requested by the outer stop or by the watch.
  const Stop& stop() const { return inner_; }

  Finding finding() const { return finding_.load(); }

private:
  void watch();
  Finding look() const;

  std::vector<std::filesystem::path> folders_;
  std::uint64_t limit_;
  const Stop& outer_;
  Stop inner_;
  Stop end_;
  std::atomic<Finding> finding_{Finding::none};
  std::thread thread_;
};

} // namespace oopsfarm
