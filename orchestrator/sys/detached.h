// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "sys/process.h"

#include <sys/types.h>

#include <filesystem>
#include <optional>

namespace oopsfarm {

/// A process in a session of its own that outlives us: nothing ends it when we
/// die, and who comes after us can take it over. It writes to files.
///
/// Ownership: the destructor lets go of the process and leaves it running.
/// Threads: use from one at a time.
class Detached
{
public:
  /// Starts a program with /dev/null as input and both outputs appended to
  /// files. Fails (infra) when it can't be started, and says why.
  static Result<Detached> start(const Command& command,
                                const std::filesystem::path& out,
                                const std::filesystem::path& err);

  /// Takes over the process that holds the lock `file` (FileLock), which has
  /// its pid in it; nothing when nobody holds it.
  static std::optional<Detached> holder_of(const std::filesystem::path& file);

  Detached(Detached&& other) noexcept;
  Detached& operator=(Detached&& other) noexcept;
  ~Detached();

  pid_t pid() const { return pid_; }

  int exit_fd() const { return pidfd_; } ///< readable once it has ended

  /// Sends `signal` to its whole group, while it runs.
  void kill_group(int signal);

  /// Its end, once it has ended; never blocks. The status of a process that
  /// somebody else started is unknown: exit code 0.
  std::optional<ExitStatus> try_wait();

private:
  Detached(pid_t pid, int pidfd, bool is_child)
      : pid_(pid), pidfd_(pidfd), is_child_(is_child)
  {
  }

  bool has_ended() const;

  pid_t pid_ = -1;
  int pidfd_ = -1;
  bool is_child_ = false;
  std::optional<ExitStatus> status_;
};

} // namespace oopsfarm
