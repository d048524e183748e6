// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "guest/fd.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace oopsfarm {

/// A guest's serial port as a socket that QEMU listens at. Movable; closed by
/// the destructor. Never blocks: what QEMU does not take at once is lost.
class SerialLine
{
public:
  /// Fails (infra) when nobody listens there.
  static Result<SerialLine> connect(const std::filesystem::path& socket);

  /// Fails (infra) when not all could be sent.
  Status send(std::string_view bytes) const;

  /// What came since the last call, at most 64 KiB; "" when there is nothing.
  std::string read();

  /// Readable, for poll(2), when read() gives something; -1 once the line is
  /// closed at the other end, and was read to its end.
  int fd() const { return fd_.get(); }

private:
  explicit SerialLine(Fd fd) : fd_(std::move(fd)) {}

  Fd fd_;
};

} // namespace oopsfarm
