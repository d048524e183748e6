// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/step.h"
#include "sys/process.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

namespace oopsfarm {

/// A step to work: `oopsfarm-step SPEC`, with its diagnostics in a file.
struct StepRequest
{
  std::size_t id = 0;         ///< the caller's; unique among running steps
  std::filesystem::path spec; ///< as to_json() writes it
  std::filesystem::path log;  ///< standard error of the step
  unsigned slots = 1;         ///< of the executor's capacity
};

/// News of a step: where it stands, or that it ended. An ended step's outcome
/// is the outcome.json in its folder; without one it failed by itself.
struct StepEvent
{
  std::size_t id = 0;
  std::optional<Progress> progress;
  std::optional<ExitStatus> ended;
};

/// Runs steps somewhere, a bounded number at a time; never knows what a step
/// is about. Not safe for several threads.
class Executor
{
public:
  virtual ~Executor() = default;

  /// A step of so many slots could be started now. A step that wants more
  /// than there are is given all of them.
  virtual bool can_start(unsigned slots) const = 0;

  /// Fails (infra) when it can't be started.
  /// REQUIRES: can_start(request.slots).
  virtual Status start(const StepRequest& request) = 0;

  /// Takes over a step that an earlier process started and that is still at
  /// work (step_lock()); false when nobody is. It counts like a started one,
  /// whatever the capacity.
  virtual bool adopt(const StepRequest& request) = 0;

  /// Asks one running step to end (SIGTERM), and has it killed if it does not
  /// listen; its end is news like any other's.
  virtual void end(std::size_t id) = 0;

  /// Steps started that have not ended.
  virtual std::size_t running() const = 0;

  /// News, as soon as there is some; nothing after `timeout`, or once the
  /// stop of the constructor was requested.
  virtual std::vector<StepEvent> wait(std::chrono::milliseconds timeout) = 0;

  /// Asks every running step to end (SIGTERM), waits for them up to `grace`,
  /// and kills the rest.
  virtual void abort(std::chrono::milliseconds grace) = 0;
};

} // namespace oopsfarm
