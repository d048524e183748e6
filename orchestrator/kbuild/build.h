// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/step.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <functional>

namespace oopsfarm {

/// Builds spec.commit: checkout, config, `make vmlinux` in the sandbox, then
/// vmlinux, config and build.log in spec.out (which is made as needed). Each
/// file there appears whole, by a rename; vmlinux comes last. With
/// spec.selftests those are built instead, into spec.out/programs. Does not
/// write outcome.json.
///
/// The outcome is pass, or build_failed with a title and the first compiler
/// errors. For a series, the shared objects are first brought to spec.base
/// where they are of another commit or config. For a series, a kconfig that
/// can't be met and a build that goes over its limits is build_failed, too; for
/// a commit of the tree itself (series is
/// "") those are Errors: user for the kconfig, infra for the limits. Other
/// Errors: user when another process works in the object tree or the toolchain
/// is missing; infra for all else, a requested stop among it. On any Error,
/// what this call put into spec.out is removed; the object tree stays usable.
///
/// Threads: takes the lock object_tree/lock; `progress` is called from the
/// calling thread.
Result<BuildOutcome>
build_kernel(const BuildSpec& spec,
             ProcessRunner& processes,
             const Stop& stop,
             const std::function<void(const Progress&)>& progress);

} // namespace oopsfarm
