// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "guest/fd.h"
#include "guest/hypervisor.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace oopsfarm {

/// How a guest ended, as libvirt told.
struct GuestExit
{
  GuestState state = GuestState::ended;
  std::string reason;
};

/// What libvirt's thread tells about one guest. Any thread.
class GuestEvents
{
public:
  GuestEvents();

  /// Notes the end and wakes the descriptor. The first end is kept.
  void set_exit(GuestExit exit);

  std::optional<GuestExit> exit() const;

  int fd() const { return wake_.get(); }

  /// Makes fd() silent until the next change.
  void clear();

private:
  mutable std::mutex mutex_;
  std::optional<GuestExit> exit_;
  Fd wake_; ///< an eventfd
};

/// The guests that events may come for, by name. Any thread.
class GuestRegistry
{
public:
  std::shared_ptr<GuestEvents> add(const std::string& name);
  void remove(const std::string& name);
  std::shared_ptr<GuestEvents> find(const std::string& name) const;

  /// The connection is gone: nothing more will be heard of any guest.
  void lose_all(const std::string& reason);

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<GuestEvents>> guests_;
};

/// libvirt's event loop, in a thread of its own until the destructor.
class EventLoop
{
public:
  /// Fails (infra) with libvirt's words.
  static Result<std::unique_ptr<EventLoop>> start();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

private:
  EventLoop() = default;
  void run();

  std::thread thread_;
  Fd stop_; ///< an eventfd that the loop watches
  int watch_ = -1;
  bool stopping_ = false; ///< the loop's thread only
};

/// How a lifecycle event of libvirt's (VIR_DOMAIN_EVENT_* and its detail)
/// says that a guest ended, if it does. Pure.
std::optional<GuestExit> exit_of_event(int event, int detail);

/// The last error of libvirt's in this thread: `what: its words` (infra).
Error libvirt_error(const std::string& what);

} // namespace oopsfarm
