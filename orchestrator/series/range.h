// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "git/repository.h"
#include "series/series.h"

#include <string>

namespace oopsfarm {

/// True for "A..B" that can't be a path such as "../a.mbox".
bool is_range(const std::string& source);

/// The commits of "A..B" as a series. Fails (user) on unknown ends, an empty
/// range, one with merges or over max_patches long.
Result<Series> load_range(const std::string& range,
                          const Repository& repository);

} // namespace oopsfarm
