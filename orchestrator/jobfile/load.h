// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace oopsfarm {

/// A YAML file's text. Fails (user) when it is missing, not a regular file,
/// unreadable or over max_yaml_bytes.
Result<std::string> load_yaml_text(const std::filesystem::path& file);

/// The *.yaml files of a folder, sorted. Fails (user) when there is none.
Result<std::vector<std::filesystem::path>>
yaml_files(const std::filesystem::path& folder);

} // namespace oopsfarm
