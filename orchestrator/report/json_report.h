// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"

#include <string>

namespace oopsfarm {

/// What `run --json` prints (docs/formats.md): one object a line: one of kind
/// "job", one of kind "build" for each kernel, and last one of kind "cell"
/// for each cell. Bytes that are not UTF-8 are replaced. Pure.
std::string json_cells(const JobReport& report);

} // namespace oopsfarm
