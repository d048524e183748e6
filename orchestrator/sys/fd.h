// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <unistd.h>

#include <utility>

namespace oopsfarm {

/// Owns a descriptor (or -1, none) and closes it.
class Fd
{
public:
  explicit Fd(int fd) : fd_(fd) {}

  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;

  ~Fd()
  {
    if (fd_ >= 0) {
      close(fd_);
    }
  }

  int get() const { return fd_; }

  /// Whoever gets it closes it.
  int release() { return std::exchange(fd_, -1); }

private:
  int fd_;
};

} // namespace oopsfarm
