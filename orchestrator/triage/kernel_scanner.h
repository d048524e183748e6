// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/line.h"
#include "triage/crash_scanner.h"
#include "triage/head_finder.h"
#include "triage/oom.h"
#include "triage/rule_set.h"

namespace oopsfarm {

/// Both scanners of what a kernel says, crashes and OOM events, with one
/// search of each line for the two. Bounded and streaming as they are; one
/// thread at a time.
class KernelScanner : public LineSink
{
public:
  void on_line(const ConsoleLine& line) override
  {
    rules_.scan(line.text, scan_);
    crashes_.on_line(line, scan_);
    oom_.on_line(line, scan_.oom);
  }

  /// The console is over.
  void finish() { crashes_.finish(); }

  const CrashScanner& crashes() const { return crashes_; }

  const OomReport& oom() const { return oom_.report(); }

private:
  const RuleSet& rules_ = RuleSet::get();
  LineScan scan_; ///< scratch
  CrashScanner crashes_;
  OomScanner oom_;
};

} // namespace oopsfarm
