// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "guest/hypervisor.h"
#include "model/step.h"
#include "step/post_mortem.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <functional>

namespace oopsfarm {

/// Where a step's progress goes; called from the thread that works.
using OnProgress = std::function<void(const Progress&)>;

/// What is known of a run's timing bounds beyond those in the spec.
///
/// | what | bound |
/// |---|---|
/// | QEMU's start → init speaks on serial 1 | spec.boot_timeout |
/// | no byte on either serial | spec.silence_timeout |
/// | no heartbeat while the console prints | spec.silence_timeout |
/// | the same, and it came back (by the guest's clock) | half of that |
/// | workload past its duration | its duration again, and 60 s |
/// | crash seen → guest ended | 3 s, at once when the report is complete |
/// | hang → guest ended | PostMortemTimes::total; with a memory dump more |

/// Boots a guest, puts it through its workload, watches both serials, and
/// judges. Leaves console.log, ktap.log and domain.xml in spec.out (which
/// exists), of a guest that hung post-mortem.log, too, and vmcore if the spec
/// asks for it; the caller writes the outcome.
///
/// Fails (infra) when the farm could not do it, or when `stop` was requested;
/// the guest is gone then, too.
Result<RunOutcome> run_guest(const RunSpec& spec,
                             Hypervisor& hypervisor,
                             const Stop& stop,
                             const OnProgress& on_progress,
                             PostMortemTimes times = {});

/// Reads a spec, works it, and leaves outcome.json in its folder by an atomic
/// rename. A failure of the farm's own is an outcome as well (infra). Gives
/// the exit code of oopsfarm-step: 0 with an outcome, 2 for a bad spec, 3 when
/// no outcome could be written, or another process works that spec, 128 +
/// signal when stopped (no outcome). Holds step_lock(spec_file) meanwhile.
int work_step(const std::filesystem::path& spec_file,
              ProcessRunner& processes,
              const Stop& stop,
              const OnProgress& on_progress);

} // namespace oopsfarm
