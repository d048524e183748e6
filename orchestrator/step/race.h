// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "guest/fd.h"
#include "model/job.h"

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace oopsfarm {

/// One virtual CPU is let run for `wait` from the last pause on, then held.
struct VcpuPause
{
  unsigned vcpu = 0;
  std::chrono::microseconds wait{0};
  std::chrono::microseconds hold{0};
};

/// Which virtual CPU is held when, and how long: one sequence for a seed.
/// Holds are 0.5 ms to 64 ms, short ones as likely as long ones: a window
/// between two instructions is to stay open for as long as another CPU needs
/// for what does not fit into it. Pure.
class PauseSchedule
{
public:
  /// REQUIRES: vcpus > 0.
  PauseSchedule(std::uint64_t seed, unsigned vcpus);

  VcpuPause next();

private:
  std::uint64_t draw(std::uint64_t below);

  std::uint64_t state_;
  unsigned vcpus_;
};

/// Race help at work, in a thread of its own until the destructor, which lets
/// all virtual CPUs go.
class RaceHelper
{
public:
  /// `vcpus` are the host's threads of the virtual CPUs. Fails (infra) when
  /// the host does not let us have what was asked for.
  static Result<std::unique_ptr<RaceHelper>>
  start(std::vector<pid_t> vcpus, const RaceHelp& wanted, std::uint64_t seed);

  RaceHelper(const RaceHelper&) = delete;
  RaceHelper& operator=(const RaceHelper&) = delete;
  ~RaceHelper();

  /// Pauses so far.
  std::uint64_t pauses() const { return pauses_; }

private:
  RaceHelper(std::vector<pid_t> vcpus, std::uint64_t seed);
  void work();
  bool sleep(std::chrono::microseconds time) const;

  std::vector<pid_t> vcpus_;
  PauseSchedule schedule_;
  Fd done_; ///< an eventfd
  std::atomic<std::uint64_t> pauses_ = 0;
  std::thread thread_;
};

} // namespace oopsfarm
