// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "exec/executor.h"
#include "model/step.h"

#include <memory>

namespace oopsfarm::toy {

/// What the run comes to: a pure function of its seed, so that a farm that was
/// disturbed must end with the same verdicts as one that was not. Every fifth
/// seed crashes.
RunOutcome outcome_of(const RunSpec& spec);

/// Works a step as oopsfarm-step does: takes its lock, needs up to 50 ms by
/// its seed, leaves outcome.json. The process's exit code.
int work(const std::filesystem::path& spec_file);

/// Steps that need no time, in this process.
std::unique_ptr<Executor> make_instant_executor(unsigned slots);

} // namespace oopsfarm::toy
