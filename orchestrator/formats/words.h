// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace oopsfarm {

/// What several forms of a report say in the same words. Untrusted text comes
/// out printable, on one line. Pure.

/// "x86_64, mm-debug, memcg"
std::string place_of(const Cell& cell);

/// "1 of 3 runs, 33% [6–79]"; "none of 3 runs"; "no run".
std::string rate_words(const Cell& cell);

/// A failure of the kernel or the series that the base has not.
bool is_blamed(const Cell& cell);

/// "the base has it, too: no fault of the series"
extern const char* const base_has_it_words;

/// What sees the failure again: "oopsfarm reproducer RUN_ID"; "" where there is
/// no run to be seen again.
std::string reproducer_of(const Cell& cell);

/// A full object id of git's.
bool is_commit(std::string_view text);

/// The title, else the verdict.
std::string title_of(const Cell& cell);

/// The first line of a failure, and its detail where it does not begin with
/// that: what the console said, at most `max` bytes, cut at a line's end.
/// Not made printable.
std::string excerpt_of(const Cell& cell, std::size_t max);

/// "2026-11-21T10:15:00+00:00" from a run's or job's id; "" from other text.
std::string time_of_id(std::string_view id);

/// Where the runs of a cell, or a whole report, began: the earliest such time.
std::string begin_of(const Cell& cell);
std::string begin_of(const JobReport& report);

/// The commit of a cell's kernel; "" where that is not known.
std::string commit_of(const JobReport& report, const std::string& kernel);

} // namespace oopsfarm
