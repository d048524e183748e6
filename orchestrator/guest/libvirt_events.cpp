// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/libvirt_events.h"

#include "base/strings.h"

#include <fmt/format.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

namespace oopsfarm {

static Fd make_eventfd()
{
  return Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

static void wake(const Fd& fd)
{
  const std::uint64_t one = 1;
  // It can only fail when the counter is full: then it is awake already.
  [[maybe_unused]] const auto put = write(fd.get(), &one, sizeof one);
}

static void calm(const Fd& fd)
{
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(fd.get(), &count, sizeof count);
}

GuestEvents::GuestEvents() : wake_(make_eventfd()) {}

void GuestEvents::set_exit(GuestExit exit)
{
  const std::lock_guard lock(mutex_);
  if (!exit_) {
    exit_ = std::move(exit);
  }
  wake(wake_);
}

std::optional<GuestExit> GuestEvents::exit() const
{
  const std::lock_guard lock(mutex_);
  return exit_;
}

void GuestEvents::clear()
{
  calm(wake_);
}

std::shared_ptr<GuestEvents> GuestRegistry::add(const std::string& name)
{
  auto events = std::make_shared<GuestEvents>();
  const std::lock_guard lock(mutex_);
  guests_[name] = events;
  return events;
}

void GuestRegistry::remove(const std::string& name)
{
  const std::lock_guard lock(mutex_);
  guests_.erase(name);
}

std::shared_ptr<GuestEvents> GuestRegistry::find(const std::string& name) const
{
  const std::lock_guard lock(mutex_);
  const auto found = guests_.find(name);
  return found == guests_.end() ? nullptr : found->second;
}

void GuestRegistry::lose_all(const std::string& reason)
{
  const std::lock_guard lock(mutex_);
  for (const auto& [name, events] : guests_) {
    events->set_exit({GuestState::failed, reason});
  }
}

Result<std::unique_ptr<EventLoop>> EventLoop::start()
{
  if (virEventRegisterDefaultImpl() != 0) {
    return libvirt_error("libvirt's event loop");
  }
  std::unique_ptr<EventLoop> loop(new EventLoop());
  loop->stop_ = make_eventfd();
  loop->watch_ = virEventAddHandle(
      loop->stop_.get(),
      VIR_EVENT_HANDLE_READABLE,
      [](int, int, int, void* self) {
        static_cast<EventLoop*>(self)->stopping_ = true;
      },
      loop.get(),
      nullptr);
  if (loop->watch_ < 0) {
    return libvirt_error("libvirt's event loop");
  }
  loop->thread_ = std::thread([self = loop.get()] { self->run(); });
  return loop;
}

void EventLoop::run()
{
  while (!stopping_ && virEventRunDefaultImpl() == 0) {
  }
}

EventLoop::~EventLoop()
{
  if (thread_.joinable()) {
    wake(stop_);
    thread_.join();
  }
  if (watch_ >= 0) {
    virEventRemoveHandle(watch_);
  }
}

std::optional<GuestExit> exit_of_event(int event, int detail)
{
  if (event == VIR_DOMAIN_EVENT_SHUTDOWN &&
      detail == VIR_DOMAIN_EVENT_SHUTDOWN_HOST) {
    return GuestExit{GuestState::failed, "somebody ended QEMU by a signal"};
  }
  if (event == VIR_DOMAIN_EVENT_SHUTDOWN) {
    // The guest has powered off or reset itself and its vCPUs stand still;
    // that its QEMU is still to be ended is the destructor's work.
    return GuestExit{GuestState::ended, "powered off"};
  }
  if (event == VIR_DOMAIN_EVENT_CRASHED) {
    return GuestExit{GuestState::ended, "panicked"};
  }
  if (event != VIR_DOMAIN_EVENT_STOPPED) {
    return std::nullopt;
  }
  switch (detail) {
  case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN:
    return GuestExit{GuestState::ended, "powered off"};
  case VIR_DOMAIN_EVENT_STOPPED_DESTROYED:
    return GuestExit{GuestState::ended, "destroyed"};
  case VIR_DOMAIN_EVENT_STOPPED_CRASHED:
    return GuestExit{GuestState::ended, "panicked"};
  default:
    return GuestExit{GuestState::failed, "QEMU ended by itself"};
  }
}

Error libvirt_error(const std::string& what)
{
  const virError* error = virGetLastError();
  const std::string words = error == nullptr || error->message == nullptr
                                ? "libvirt gave no reason"
                                : printable(trim(error->message), 1000);
  return infra_error(fmt::format("{}: {}", what, words));
}

} // namespace oopsfarm
