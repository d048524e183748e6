// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/step.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace oopsfarm {

/// A running step as a live display shows it.
struct LiveStep
{
  std::string label; ///< "build series x86_64 mm-debug"
  Progress progress; ///< untrusted: it comes from the step's process
  std::chrono::milliseconds elapsed{0};       ///< of the step
  std::chrono::milliseconds phase_elapsed{0}; ///< of its phase
};

/// How long a phase still takes when it goes on at its average pace; nothing
/// while that is a guess (under 2 s, nothing done, no total).
std::optional<std::chrono::milliseconds>
time_left(const Progress& progress, std::chrono::milliseconds phase_elapsed);

/// One line, at most `width` columns and never wrapping: label (padded to
/// `label_width`), phase, a bar with done/total where a total is known or else
/// a spinner (its `frame`), elapsed time, time left. Pure.
std::string live_line(const LiveStep& step,
                      std::size_t label_width,
                      std::size_t width,
                      unsigned frame);

/// "0:07", "4:37", "1:02:03": a clock that does not jump about.
std::string clock_text(std::chrono::milliseconds elapsed);

/// `text` cut to `width` columns, the cut marked by "…"; whole code points.
std::string cut_text(std::string_view text, std::size_t width);

/// What is said when a build has ended: "built series x86_64 mm-debug: 312
/// objects in 25 s".
std::string built_line(const std::string& label, const BuildOutcome& outcome);

/// What is said when a run has ended: "pass  series x86_64 memcg 1/3: 20 kills
/// in 6.2 s", with the title of a failure.
std::string ran_line(const std::string& label, const RunOutcome& outcome);

} // namespace oopsfarm
