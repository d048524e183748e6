// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/kernel_question.h"
#include "kbuild/fragment.h"

#include <map>
#include <string>
#include <vector>

namespace oopsfarm {

/// Which of the symbols that two kconfigs disagree on brings a crash. A kconfig
/// is a flavour's name, or a fragment's file (NAME.config) that is merged onto
/// the job's first kconfig. The kernels between have the first symbols as the
/// bad one has them and the others as the good one, in the order of the bad
/// one's fragments; one whose symbols lack what they depend on does not build.
/// The kernel's source is the job's (its series' tip, or its base).
///
/// Fails (user) on unknown kconfigs, and those that want the same; and as
/// prepare_job().
Result<KernelQuestion> ask_configs(const Job& job,
                                   const std::string& good,
                                   const std::string& bad,
                                   const BisectWishes& wishes,
                                   const EngineContext& context,
                                   Observer& observer,
                                   const Stop& stop);

/// One symbol's difference, or that of the base ("base").
struct ConfigChange
{
  std::string symbol; ///< without CONFIG_
  std::string words;  ///< "n → y"
};

/// What two kconfigs disagree on, over all architectures; those of `bad` first,
/// in its order. Pure.
std::vector<ConfigChange> config_changes(const std::map<Arch, Fragment>& good,
                                         const std::map<Arch, Fragment>& bad);

/// `good` with these changes made as `bad` has them. Pure.
Fragment with_changes(const Fragment& good,
                      const Fragment& bad,
                      const std::vector<ConfigChange>& changes,
                      std::size_t count);

/// A fragment's text, as parse_fragment() takes it. Pure.
std::string to_text(const Fragment& fragment);

} // namespace oopsfarm
