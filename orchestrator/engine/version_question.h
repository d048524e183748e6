// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/kernel_question.h"

namespace oopsfarm {

/// Two versions of a series, each as job files name one (jobfile's `series`).
struct TwoVersions
{
  std::vector<std::string> good;
  std::vector<std::string> bad;
  std::filesystem::path folder; ///< that relative paths are of
};

/// Which change between two versions of a series brought a crash. Patches are
/// paired by git range-diff; the kernels between are hybrids: the first patches
/// of the new version, then the others of the old one. A hybrid that does not
/// apply is a kernel that can't be built. The job says tree, base, targets,
/// kconfigs and workloads; its series is not used.
///
/// Fails (user) where a version does not apply to the base, the two do not
/// differ, and as prepare_job().
Result<KernelQuestion> ask_versions(const Job& job,
                                    const TwoVersions& versions,
                                    const BisectWishes& wishes,
                                    const EngineContext& context,
                                    Observer& observer,
                                    const Stop& stop);

} // namespace oopsfarm
