// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/held_thread.h"

#include <fmt/format.h>

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>

namespace oopsfarm {

static Error cannot_hold(pid_t thread)
{
  const int number = errno;
  return infra_error(
      fmt::format("cannot hold thread {}: {}{}",
                  thread,
                  std::strerror(number),
                  number == EPERM ? " (may ptrace(2) be used here?)" : ""));
}

/// Its next change of state: a stop, or its end.
static bool wait_for(pid_t thread, int& status)
{
  pid_t got = -1;
  do {
    got = waitpid(thread, &status, __WALL);
  } while (got < 0 && errno == EINTR);
  return got == thread;
}

Result<HeldThread> HeldThread::hold(pid_t thread)
{
  if (ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) != 0) {
    return cannot_hold(thread);
  }
  int status = 0;
  if (ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr) != 0 ||
      !wait_for(thread, status)) {
    const auto error = cannot_hold(thread);
    ptrace(PTRACE_DETACH, thread, nullptr, nullptr);
    return error;
  }
  if (!WIFSTOPPED(status)) {
    return infra_error(fmt::format("thread {} has ended", thread));
  }
  const bool by_us = (status >> 16) == PTRACE_EVENT_STOP;
  return HeldThread(thread, by_us ? 0 : WSTOPSIG(status));
}

HeldThread::~HeldThread()
{
  if (thread_ == 0) {
    return;
  }
  // NOLINTNEXTLINE(performance-no-int-to-ptr): ptrace(2)'s way to pass it
  auto* data = reinterpret_cast<void*>(static_cast<long>(signal_));
  if (ptrace(PTRACE_DETACH, thread_, nullptr, data) != 0) {
    // It was killed meanwhile: while nobody takes note of that, its process
    // can't end.
    int status = 0;
    wait_for(thread_, status);
  }
}

} // namespace oopsfarm
