// SPDX-License-Identifier: GPL-2.0-or-later
#include "step/kill_guard.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace oopsfarm {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

KillGuard::KillGuard(Guest& guest, const Stop& stop, Bounds bounds)
    : guest_(guest), stop_(stop), bounds_(std::move(bounds)),
      end_(steady_clock::now() + bounds_.time), done_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { watch(); })
{
}

KillGuard::~KillGuard()
{
  eventfd_write(done_.get(), 1);
  thread_.join();
}

const char* KillGuard::due() const
{
  if (stop_.requested()) {
    return "a stop was requested";
  }
  if (steady_clock::now() >= end_) {
    return "it took too long";
  }
  constexpr std::uint64_t block = 512;
  struct stat info = {};
  if (!bounds_.file.empty() && stat(bounds_.file.c_str(), &info) == 0 &&
      static_cast<std::uint64_t>(info.st_blocks) * block > bounds_.cap) {
    return "the dump grew over its cap";
  }
  return "";
}

void KillGuard::watch()
{
  constexpr milliseconds look{100};
  std::array<pollfd, 2> waits = {
      {{done_.get(), POLLIN, 0}, {stop_.fd(), POLLIN, 0}}};
  while (true) {
    auto timeout =
        std::max(std::chrono::ceil<milliseconds>(end_ - steady_clock::now()),
                 milliseconds(0));
    if (!bounds_.file.empty()) {
      timeout = std::min(timeout, look);
    }
    poll(waits.data(), waits.size(), static_cast<int>(timeout.count()));
    if (waits[0].revents != 0) {
      return;
    }
    if (const char* why = due(); *why != '\0') {
      reason_ = why;
      guest_.kill();
      return;
    }
  }
}

} // namespace oopsfarm
