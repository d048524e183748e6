// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/fd.h"
#include "guest/libvirt_events.h"

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <thread>

namespace oopsfarm {

/// Makes this process the parent of the QEMUs that libvirt detaches from then
/// on, so that they are reaped the moment they end. Otherwise that is left to
/// process 1, and libvirt waits for it: seconds, where process 1 takes its
/// time. Each has to be given to a QemuProcess then. True when it worked.
bool adopt_orphans();

/// A QEMU of the embedded driver, as a process. A thread of its own waits for
/// its end, reaps it, and tells `events`.
///
/// REQUIRES: adopt_orphans(), before QEMU was started.
class QemuProcess
{
public:
  QemuProcess(pid_t pid, std::shared_ptr<GuestEvents> events);
  QemuProcess(const QemuProcess&) = delete;
  QemuProcess& operator=(const QemuProcess&) = delete;
  ~QemuProcess(); ///< kill()

  /// Ends it (SIGKILL) and waits until it is gone: milliseconds.
  void kill();

  /// The same without the wait. From any thread.
  void signal() const;

private:
  void reap(const std::shared_ptr<GuestEvents>& events) const;

  pid_t pid_;
  Fd handle_; ///< a pidfd
  std::thread reaper_;
};

} // namespace oopsfarm
