// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "api/nightly_json.h"
#include "report/table.h"

#include <string>
#include <vector>

namespace oopsfarm {

/// Nightlies as a table, for people, with what there is to know below. Pure.
std::string nightlies_table(const std::vector<NightlyView>& nightlies,
                            Colour colour);

/// The same for the nights of one.
std::string nights_table(const std::vector<NightView>& nights, Colour colour);

} // namespace oopsfarm
