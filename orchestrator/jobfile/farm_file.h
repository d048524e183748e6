// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/farm.h"

#include <filesystem>
#include <string_view>

namespace oopsfarm {

/// Reads farm.yaml: the keys are the names of FarmConfig's members, all
/// optional; `accelerator` is auto, kvm or tcg; sizes and durations are
/// written as in job files. An empty document gives the defaults. Pure. Fails
/// (user) as parse_job().
Result<FarmConfig> parse_farm_config(std::string_view text,
                                     const std::filesystem::path& file);

enum class Required { yes, no };

/// The same from a file; one that is absent and not required gives the
/// defaults.
Result<FarmConfig> read_farm_config(const std::filesystem::path& file,
                                    Required required);

} // namespace oopsfarm
