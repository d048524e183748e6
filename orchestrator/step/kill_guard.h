// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/fd.h"
#include "guest/hypervisor.h"
#include "sys/stop.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <thread>

namespace oopsfarm {

/// Bounds what is done to a guest by calls that wait for its QEMU: kills the
/// guest when the time is over, when a stop is requested, or when a file that
/// QEMU writes grows over its cap. A thread of its own, until the destructor.
class KillGuard
{
public:
  struct Bounds
  {
    std::chrono::milliseconds time{0};
    std::filesystem::path file; ///< "": none is watched
    std::uint64_t cap = 0;      ///< bytes on disk that it may take
  };

  /// `guest` and `stop` outlive it.
  KillGuard(Guest& guest, const Stop& stop, Bounds bounds);
  KillGuard(const KillGuard&) = delete;
  KillGuard& operator=(const KillGuard&) = delete;
  ~KillGuard();

  /// Why the guest was killed; "" while it was not.
  const char* reason() const { return reason_; }

private:
  void watch();
  const char* due() const;

  Guest& guest_;
  const Stop& stop_;
  Bounds bounds_;
  std::chrono::steady_clock::time_point end_;
  Fd done_; ///< an eventfd
  std::atomic<const char*> reason_ = "";
  std::thread thread_;
};

} // namespace oopsfarm
