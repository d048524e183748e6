// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

namespace oopsfarm {

/// How long a thread was ready to run and had no CPU, since its start; nothing
/// when it is gone.
using ReadWait = std::function<std::optional<std::chrono::nanoseconds>(pid_t)>;

/// Tells a guest that is slow from one that the host keeps from running: how
/// long its virtual CPUs waited for a CPU of the host. Not safe for several
/// threads. Keeps the last half minute.
class HostWait
{
public:
  using milliseconds = std::chrono::milliseconds;

  /// `threads` are those of the virtual CPUs.
  HostWait(std::vector<pid_t> threads, ReadWait read);

  /// Notes how things stand at `now`; more than four times a second is of no
  /// use, and ignored.
  void sample(milliseconds now);

  /// Of the virtual CPU that waited most, the share of the last `window` that
  /// it waited: 0 to 1; 0 when there are no samples.
  double share(milliseconds now, milliseconds window) const;

private:
  struct Sample
  {
    milliseconds at;
    std::vector<std::chrono::nanoseconds> waits; ///< as threads_
  };

  std::vector<pid_t> threads_;
  ReadWait read_;
  std::deque<Sample> samples_;
};

} // namespace oopsfarm
