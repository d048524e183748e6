// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/engine.h"
#include "git/repository.h"
#include "model/report.h"

#include <vector>

namespace oopsfarm {

/// Marks the cells of a series that failed in no way that the base did not
/// fail in, on the same target and kconfig (Cell::base_has_it), and those whose
/// kernel did not build where the base did not, either. Pure.
void mark_what_the_base_has(std::vector<Cell>& cells);

/// Ranks the series' patches for each cell that crashed as the base did not
/// (Cell::suspects). Best effort: what can't be read is said in the log.
void find_suspects_of(const Repository& repository,
                      const EngineContext& context,
                      JobReport& report);

} // namespace oopsfarm
