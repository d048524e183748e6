// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/boot_watch.h"
#include "console/ktap.h"
#include "console/line_reader.h"
#include "console/tail.h"
#include "model/step.h"
#include "triage/judge.h"
#include "triage/kernel_scanner.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace oopsfarm {

/// Everything that is decided about a guest while it runs, without any I/O:
/// bytes and the time go in, the reason to end it comes out. Times are since
/// QEMU's start. Not safe for several threads.
class GuestWatch : private LineSink
{
public:
  using milliseconds = std::chrono::milliseconds;

  explicit GuestWatch(const RunSpec& spec);

  /// Bytes from serial 0 and serial 1, in any pieces.
  void console(std::string_view bytes);
  void ktap(std::string_view bytes);

  /// Notes that it is `now` and that all bytes written so far were given.
  void advance(milliseconds now);

  /// Why the guest is to be ended now, if it is.
  std::optional<GuestEnd> verdict_due(milliseconds now) const;

  /// Until verdict_due() has to be asked again though nothing comes.
  milliseconds wait(milliseconds now) const;

  /// How a guest that ended by itself ended.
  GuestEnd natural_end() const;

  /// Both streams are over.
  void finish();

  /// "unable to reap" was printed so often.
  std::uint64_t unable_to_reap() const { return kernel_.oom().unable_to_reap; }

  /// What judge() is given, but for what only the hypervisor knows.
  /// REQUIRES: finish() was called.
  RunEvidence evidence(GuestEnd end) const;

  Progress progress(milliseconds now) const;

  /// Console or serial 1 said that init runs.
  bool init_reached() const
  {
    return boot_.init_reached() || boot_time_.count() > 0;
  }

  /// QEMU's start to init's first line on serial 1; 0: never.
  milliseconds boot_time() const { return boot_time_; }

  /// The guest's own clock at the end.
  milliseconds guest_time() const;

private:
  /// When which bound passes, and what that means.
  struct Bound
  {
    milliseconds at;
    GuestEnd end;
  };

  void on_line(const ConsoleLine& line) override;
  Bound next_bound() const;
  std::chrono::seconds bound_of(GuestEnd end) const;

  const RunSpec& spec_;
  std::chrono::seconds duration_;
  LineReader lines_;
  BootWatch boot_;
  KernelScanner kernel_;
  ConsoleTail tail_;
  KtapReader ktap_;
  bool heard_ = false; ///< bytes came since the last advance()
  std::uint64_t beats_ = 0;
  milliseconds last_heard_{0};
  milliseconds last_beat_{0};
  milliseconds boot_time_{0};
  std::optional<milliseconds> crash_seen_;
};

} // namespace oopsfarm
