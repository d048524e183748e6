// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/qemu_process.h"

#include <fmt/format.h>

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

namespace oopsfarm {

bool adopt_orphans()
{
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

QemuProcess::QemuProcess(pid_t pid, std::shared_ptr<GuestEvents> events)
    : pid_(pid), handle_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)))
{
  if (handle_) {
    reaper_ = std::thread([this, events = std::move(events)] { reap(events); });
  }
}

QemuProcess::~QemuProcess()
{
  kill();
}

void QemuProcess::kill()
{
  if (reaper_.joinable()) {
    signal();
    reaper_.join();
  }
}

void QemuProcess::signal() const
{
  if (handle_) {
    syscall(SYS_pidfd_send_signal, handle_.get(), SIGKILL, nullptr, 0);
  }
}

void QemuProcess::reap(const std::shared_ptr<GuestEvents>& events) const
{
  int status = 0;
  pid_t got = -1;
  do {
    got = waitpid(pid_, &status, 0);
  } while (got < 0 && errno == EINTR);
  if (got != pid_) {
    return; // not our child after all: libvirt's events have to do
  }
  // An orderly end is told by libvirt, which knows why; that may be a moment
  // later than this.
  if (WIFSIGNALED(status)) {
    events->set_exit(
        {GuestState::failed,
         fmt::format("QEMU was killed by signal {}", WTERMSIG(status))});
  } else if (WEXITSTATUS(status) != 0) {
    events->set_exit(
        {GuestState::failed,
         fmt::format("QEMU exited with code {}", WEXITSTATUS(status))});
  }
}

} // namespace oopsfarm
