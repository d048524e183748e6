// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/line.h"
#include "triage/crash.h"
#include "triage/crash_scanner.h"
#include "triage/report_text.h"
#include "triage/rules.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace oopsfarm {

/// Whose words a console line is, as far as its prefix tells. Lines of two
/// CPUs that print at once are told apart by it.
struct LineContext
{
  bool stamped = false; ///< the line has a timestamp
  std::string caller;   ///< "T12", "C0" or ""

  static LineContext of(const ConsoleLine& line);
};

/// A report whose lines are still coming in.
class OpenReport
{
public:
  OpenReport(const Head& head,
             std::size_t at,
             const ConsoleLine& line,
             unsigned marks,
             const CrashLimits& limits);

  /// True when `line` belongs to the same writer as the head.
  bool owns(const ConsoleLine& line) const;

  /// From `line` on its writer's lines are the report's, too.
  void adopt(const ConsoleLine& line) { context_ = LineContext::of(line); }

  /// Takes a line that it owns, with its LineMarks (head_finder.h).
  void add(const ConsoleLine& line, unsigned marks);

  /// Nothing more is taken: its bound is reached, or its end is well past.
  bool full() const
  {
    constexpr std::size_t epilogue = 40; // x86 prints its registers again
    return text_.size() >= limits_.report_lines ||
           (traced_ && lines_after_end_ > epilogue);
  }

  /// The report's own last line was seen.
  bool complete() const { return complete_; }

  /// A call trace was seen.
  bool traced() const { return traced_; }

  const Head& head() const { return *head_; }

  /// Titles it with what there is. follow_on then says that an earlier crash,
  /// if there was one, may be its cause: the kernel was tainted, or the report
  /// has no stack that speaks for itself.
  /// REQUIRES: called once, and nothing is added afterwards.
  Crash close();

private:
  std::string excerpt() const;
  bool tainted() const;

  const Head* head_;
  std::size_t at_;
  CrashLimits limits_;
  LineContext context_;
  ReportText text_;
  bool complete_ = false;
  bool traced_ = false;
  std::size_t lines_after_end_ = 0;
  bool all_cpus_ = false; ///< other CPUs' backtraces were asked for
};

} // namespace oopsfarm
