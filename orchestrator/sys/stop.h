// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>

namespace oopsfarm {

/// A request to stop, which long work polls for. One a program; the functions
/// that may take long are given a reference to it.
///
/// Threads: request() may be called from any thread and from a signal handler;
/// the rest from any thread.
class Stop
{
public:
  Stop();
  ~Stop();
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;

  /// Asks for the stop; `signal` is why (SIGINT, SIGTERM). The first call wins.
  void request(int signal);

  bool requested() const;

  /// The signal of the first request(), or 0.
  int signal() const;

  /// Readable once a stop was requested, for poll(2). Owned by this object.
  int fd() const { return fd_; }

private:
  int fd_ = -1;
  std::atomic<int> signal_ = 0;
};

/// Turns SIGINT, SIGTERM and SIGHUP into stop.request(); a second one of them
/// does what it did before the call. SIGPIPE is ignored from here on.
/// REQUIRES: `stop` lives until the program ends; called once.
void stop_on_signals(Stop& stop);

/// From here on SIGHUP is counted, and is no stop; how often it came. To be
/// called after stop_on_signals().
void count_hangups();
unsigned hangups();

} // namespace oopsfarm
