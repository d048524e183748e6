// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/line.h"
#include "triage/crash.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace oopsfarm {

struct LineScan;

/// Bounds on what a guest can make CrashScanner keep.
struct CrashLimits
{
  std::size_t crashes = 64;        ///< further ones are counted only
  std::size_t report_lines = 1500; ///< looked at for one report's title
  std::size_t excerpt_lines = 60;
  std::size_t excerpt_bytes = 8192;
};

/// Finds the kernel's crash reports among console lines: x86_64 and powerpc,
/// streaming, linear time, bounded memory. OOM kills are not crashes. Pure;
/// one thread at a time.
class CrashScanner : public LineSink
{
public:
  explicit CrashScanner(CrashLimits limits = {});
  ~CrashScanner() override;
  CrashScanner(const CrashScanner&) = delete;
  CrashScanner& operator=(const CrashScanner&) = delete;

  void on_line(const ConsoleLine& line) override;

  /// The same for a line that was looked through already (RuleSet::scan).
  void on_line(const ConsoleLine& line, const LineScan& scan);

  /// The first line of a report was seen. The report may still be printed.
  bool crash_seen() const;

  /// A report was seen and its end too ("---[ end trace", "Rebooting in", …):
  /// nothing is lost by ending the guest now.
  bool crash_complete() const;

  /// The console is over: reports under way are titled with what there is.
  void finish();

  /// In the order of their first lines. All of them only after finish().
  const std::vector<Crash>& crashes() const;

  /// Reports seen, those over the bound among them.
  std::uint64_t count() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace oopsfarm
