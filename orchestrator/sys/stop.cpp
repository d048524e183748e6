// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/stop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace oopsfarm {

Stop::Stop() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Stop::~Stop()
{
  close(fd_);
}

void Stop::request(int signal)
{
  int none = 0;
  if (signal_.compare_exchange_strong(none, signal)) {
    const int saved = errno;
    const std::uint64_t one = 1;
    // The counter can't be full at its first write.
    [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);
    errno = saved;
  }
}

bool Stop::requested() const
{
  return signal_.load() != 0;
}

int Stop::signal() const
{
  return signal_.load();
}

/// What the signal handler reaches: handlers take no argument of ours.
static std::atomic<Stop*> stopped_by_signals = nullptr;

static void on_signal(int signal)
{
  if (auto* stop = stopped_by_signals.load(); stop != nullptr) {
    stop->request(signal);
  }
}

static std::atomic<unsigned> hangup_count = 0;

static void on_hangup(int)
{
  ++hangup_count;
}

void count_hangups()
{
  struct sigaction action = {};
  action.sa_handler = on_hangup;
  action.sa_flags = static_cast<int>(SA_RESTART);
  sigaction(SIGHUP, &action, nullptr);
}

unsigned hangups()
{
  return hangup_count;
}

void stop_on_signals(Stop& stop)
{
  stopped_by_signals = &stop;
  struct sigaction action = {};
  action.sa_handler = on_signal;
  // SA_RESETHAND: a second Ctrl-C ends a program whose clean-up is stuck.
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    sigaction(signal, &action, nullptr);
  }
  std::signal(SIGPIPE, SIG_IGN);
}

} // namespace oopsfarm
