// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "guest/fd.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

namespace oopsfarm {

/// Follows a log that another process appends to (O_APPEND), and bounds the
/// disk that it takes: the first and the last cap/2 bytes are kept, what lies
/// between is given back to the file system as the file grows.
///
/// Memory stays below 256 KiB whatever the cap. Threads: one at a time.
class CappedLog
{
public:
  /// Makes the file, empty and private (0600), and starts to watch it.
  /// `cap` is in bytes, at least 4 KiB. Fails (infra).
  static Result<CappedLog> create(const std::filesystem::path& file,
                                  std::uint64_t cap);

  /// Readable, for poll(2), when there may be something to read().
  int fd() const { return inotify_.get(); }

  using Sink = std::function<void(std::string_view bytes)>;

  /// Hands every byte written since the last call to `sink`, in pieces, at
  /// most 4 MiB a call; gives true when there is more (then fd() stays silent
  /// about it: call again). Fails (infra) when the file can't be read, and
  /// when the disk below it is full, since QEMU then loses output silently.
  Result<bool> read(const Sink& sink);

  /// The log ends here: what comes from now on is still handed out by read(),
  /// but not kept.
  void end_here() { end_ = read_; }

  /// Bytes that were read and belong to the log.
  std::uint64_t size() const { return end_.value_or(read_); }

  /// True when more than `cap` was written.
  bool over_cap() const { return size() > cap_; }

  /// To be called once the writer has ended and read() has given everything:
  /// replaces a file over its cap by head, "[oopsfarm: N bytes cut here]" on
  /// a line of its own, and tail, by an atomic rename. The copy takes up to
  /// `cap` bytes of disk more for that moment. Fails (infra).
  Status finish();

private:
  CappedLog(std::filesystem::path file, std::uint64_t cap);
  Status open_all();
  void drain_events();
  Status punch();
  Status give_back(std::uint64_t begin, std::uint64_t length) const;
  Status check_disk() const;
  Status append_range(int to, std::uint64_t begin, std::uint64_t end) const;
  Error error(const char* what, int number) const;

  std::filesystem::path file_;
  std::uint64_t cap_;
  Fd fd_;                     ///< read and write: punching needs the latter
  Fd inotify_;                ///< watches file_ for IN_MODIFY
  std::uint64_t read_ = 0;    ///< offset of the next byte to read
  std::uint64_t punched_ = 0; ///< bytes given back, from cap/2 on
  std::optional<std::uint64_t> end_; ///< where end_here() was called
  std::uint64_t dropped_ = 0;        ///< bytes given back, from end_ on
};

} // namespace oopsfarm
