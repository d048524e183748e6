// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "hunt/case.h"
#include "hunt/hunt.h"
#include "model/report.h"

#include <cstddef>
#include <optional>
#include <string>

namespace oopsfarm {

/// Why a bisection ended, and where to find it again.
struct BisectEnd
{
  std::optional<HuntEnd> end; ///< nothing: it was only looked at
  std::string id;
  /// Of kernels: what is known besides; or null.
  const BisectedCrash* kernels = nullptr;
};

/// What is known, for people: several lines with a newline each. Pure.
std::string bisect_text(const Case& found, const BisectEnd& end);

/// The same as one object of kind `bisection` (docs/formats.md), with newline.
std::string bisect_json(const Case& found, const BisectEnd& end);

/// One line for a record: "crash  1a2b3c4  mm: subject".
std::string record_line(const Case& found, const Record& record);

/// The posterior over the commits, oldest first, in at most `width` blocks: ▁
/// to █ by the likeliest commit of each; a space for below half a percent.
std::string posterior_blocks(const Case& found, std::size_t width);

/// The likeliest, in words: "1a2b3c4 mm: subject 43.1 %".
std::string likeliest_text(const Case& found);

/// As `git bisect log` prints it: what is good or bad beyond the confidence.
std::string git_bisect_log(const Case& found);

} // namespace oopsfarm
