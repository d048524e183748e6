// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <sys/types.h>

#include <utility>

namespace oopsfarm {

/// A thread of another process that stands still (ptrace(2)) from hold() to
/// the destructor; the rest of its process runs on. Should we die, the kernel
/// lets it go. Movable; the thread that held it must be the one to let it go.
class HeldThread
{
public:
  /// Fails (infra) when the thread is gone, or may not be traced by us.
  static Result<HeldThread> hold(pid_t thread);

  HeldThread(HeldThread&& other) noexcept
      : thread_(std::exchange(other.thread_, 0)), signal_(other.signal_)
  {
  }

  HeldThread& operator=(HeldThread&&) = delete;
  ~HeldThread();

private:
  HeldThread(pid_t thread, int signal) : thread_(thread), signal_(signal) {}

  pid_t thread_; ///< 0: moved from
  int signal_;   ///< that it was about to take: it gets it when it goes on
};

} // namespace oopsfarm
