// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/step.h"

#include <chrono>
#include <string>
#include <string_view>

namespace oopsfarm {

/// The texts of a reproducer (docs/reports.md): the archive of a run that
/// QEMU alone runs again. The files beside them have these names.
inline constexpr const char* reproducer_kernel = "vmlinux";
inline constexpr const char* reproducer_initramfs = "initramfs.cpio.gz";

/// The kernel's command line in a domain's XML, as it was for that run: it has
/// what depends on the host. Fails (internal) on XML that is not domain_xml()'s
/// or has a word that is no kernel parameter. Pure.
Result<std::string> cmdline_of_domain(std::string_view xml);

/// How long run.sh lets the guest go on: the run's time with room for a slower
/// host. A hang ends by that alone.
std::chrono::seconds reproducer_limit(const RunSpec& spec,
                                      const RunOutcome& outcome);

/// run.sh: QEMU's command line for the shell (POSIX), in the archive's folder.
/// Untrusted text is quoted. Pure.
std::string run_script(const RunSpec& spec,
                       const RunOutcome& outcome,
                       const std::string& cmdline);

/// README: what it is of, how to run it, what to see. Pure.
std::string reproducer_readme(const RunSpec& spec, const RunOutcome& outcome);

} // namespace oopsfarm
