// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/line.h"

#include <cstdint>
#include <string>

namespace oopsfarm {

/// How far a boot has come.
enum class BootPhase {
  silent,   ///< nothing printed
  firmware, ///< something, but not the kernel
  kernel,   ///< "Linux version" was seen
  init      ///< "Run … as init process" was seen
};

/// "silent", "firmware", "kernel" or "init".
const char* to_string(BootPhase phase);

/// Follows a guest's boot on its console. Pure and incremental; constant
/// memory. Wording: init/main.c and init/version.c of Linux.
class BootWatch : public LineSink
{
public:
  void on_line(const ConsoleLine& line) override;

  /// Of the boot under way: a second banner starts again at `kernel`.
  BootPhase phase() const { return phase_; }

  /// Some boot of this guest reached init.
  bool init_reached() const { return init_reached_; }

  /// Kernel banners seen; more than one is a reboot that nobody asked for.
  unsigned banners() const { return banners_; }

  /// The raw offset of the second banner, 0 when there is none.
  std::uint64_t second_banner() const { return second_banner_; }

  /// "6.1.158" from the first banner, or "". At most 64 bytes.
  const std::string& release() const { return release_; }

  /// The guest's clock as the last timestamp has it, microseconds.
  std::uint64_t last_time_us() const { return last_time_us_; }

  /// The guest's clock when init was run, microseconds; 0 = not reached.
  std::uint64_t init_time_us() const { return init_time_us_; }

private:
  void take_banner(const ConsoleLine& line);

  BootPhase phase_ = BootPhase::silent;
  bool init_reached_ = false;
  unsigned banners_ = 0;
  std::uint64_t second_banner_ = 0;
  std::string release_;
  std::uint64_t last_time_us_ = 0;
  std::uint64_t init_time_us_ = 0;
};

} // namespace oopsfarm
