// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/line.h"
#include "console/line_reader.h"
#include "model/arch.h"
#include "triage/kernel_scanner.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// Everything that triage reads from one console log, whoever saved it: bytes
/// in any chunking go in. Streaming, bounded memory, pure; one thread at a
/// time.
class LogTriage : private LineSink
{
public:
  LogTriage() : reader_(*this) {}

  LogTriage(const LogTriage&) = delete;
  LogTriage& operator=(const LogTriage&) = delete;

  void feed(std::string_view bytes) { reader_.feed(bytes); }

  /// The log is over.
  void finish();

  /// REQUIRES, like those below: finish() was called.
  const CrashScanner& crashes() const { return scanner_.crashes(); }

  const OomReport& oom() const { return scanner_.oom(); }

  /// The architecture that printed it, as far as a line tells.
  std::optional<Arch> arch() const { return arch_; }

  /// The kernels' first lines, "Linux version …", each once; at most 4.
  const std::vector<std::string>& banners() const { return banners_; }

private:
  void on_line(const ConsoleLine& line) override;

  KernelScanner scanner_;
  std::optional<Arch> arch_;
  std::vector<std::string> banners_;
  LineReader reader_;
};

/// The architecture that a kernel's line is typical of: its registers' dump,
/// its banner's compiler, its machine's name. Nothing for other lines.
std::optional<Arch> arch_of_line(std::string_view text);

} // namespace oopsfarm
