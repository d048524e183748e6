// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "exec/executor.h"
#include "sys/stop.h"

#include <filesystem>
#include <memory>

namespace oopsfarm {

/// Steps as processes that outlive this one, `slots` at a time: who comes after
/// us adopts them. What a step says is in its folder: progress in
/// progress.jsonl, diagnostics in the request's log. `stop` outlives the
/// executor, whose destructor leaves every step at work.
std::unique_ptr<Executor> make_detached_executor(
    std::filesystem::path step_program, unsigned slots, const Stop& stop);

} // namespace oopsfarm
