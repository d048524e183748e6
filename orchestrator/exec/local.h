// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "exec/executor.h"
#include "sys/stop.h"

#include <filesystem>
#include <memory>

namespace oopsfarm {

/// Steps as child processes of this one, `slots` at a time. `stop` outlives
/// the executor. Its destructor aborts what still runs.
std::unique_ptr<Executor> make_local_executor(
    std::filesystem::path step_program, unsigned slots, const Stop& stop);

} // namespace oopsfarm
