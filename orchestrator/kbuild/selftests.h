// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "kbuild/maker.h"
#include "kbuild/object_tree.h"
#include "model/step.h"

#include <filesystem>
#include <string>
#include <vector>

namespace oopsfarm {

/// How building selftests ended, when the farm itself did its part.
struct SelftestsMade
{
  MakeEnd end = MakeEnd::done;
  MakeOutput output; ///< of the make that failed, or of the last one
};

/// Builds spec.selftests, linked statically, against the user-space headers of
/// the very tree (`make headers`), in the sandbox of an object tree whose
/// source stands at spec.commit. Their sources are copied into the objects
/// first, since several of their Makefiles write beside them. Each program is
/// left at the top of the objects under selftest_output().
Result<SelftestsMade> make_selftests(const BuildSpec& spec, Maker& maker);

/// True when each is COLLECTION:PROGRAM of characters that mean nothing to a
/// shell or a path. Pure.
bool are_selftests(const std::vector<std::string>& names);

/// "cgroup:test_kill" → "selftest.cgroup.test_kill".
std::string selftest_output(const std::string& selftest);

/// "cgroup:test_kill" → "cgroup/test_kill": where it stands below
/// tools/testing/selftests, and in the folder of programs that is kept.
std::filesystem::path selftest_path(const std::string& selftest);

/// The script, run by sh, that copies the sources for the selftests' makes.
/// Pure.
std::string selftests_copy_script();

/// The words of the make that builds the selftests of one collection. Pure.
std::vector<std::string>
selftests_make_words(const BuildSpec& spec,
                     const std::string& collection,
                     const std::vector<std::string>& programs);

} // namespace oopsfarm
