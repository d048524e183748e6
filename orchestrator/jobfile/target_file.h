// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/target.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace oopsfarm {

/// Reads a target profile: the keys are the names of Target's members; `name`
/// must be the file's name without `.yaml`. Pure. Fails (user) as parse_job().
Result<Target> parse_target(std::string_view text,
                            const std::filesystem::path& file);

/// The same from a file.
Result<Target> read_target(const std::filesystem::path& file);

/// All *.yaml of a folder, by name. Fails on the first bad one, and when there
/// is none at all.
Result<std::map<std::string, Target>>
read_targets(const std::filesystem::path& folder);

} // namespace oopsfarm
