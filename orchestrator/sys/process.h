// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "sys/stop.h"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oopsfarm {

/// A program to start. argv[0] is looked up in PATH when it has no slash.
struct Command
{
  std::vector<std::string> argv;
  /// Set over the inherited environment, or over an empty one.
  std::vector<std::pair<std::string, std::string>> env;
  bool clear_env = false;
  std::filesystem::path cwd; ///< "" = ours
};

/// How a process ended: an exit code, or a signal.
struct ExitStatus
{
  int code = 0;   ///< meaningless when signal is not 0
  int signal = 0; ///< 0: it exited by itself

  bool ok() const { return code == 0 && signal == 0; }
};

/// "exit code 2", "signal 9 (Killed)".
std::string to_string(const ExitStatus& status);

/// A running child in a process group of its own, with pipes on its standard
/// output and error, /dev/null as input, and no other descriptor of ours. The
/// kernel sends it SIGTERM when the thread that started it ends.
///
/// Ownership: the destructor kills the whole group (SIGKILL) if it still runs,
/// and reaps the child. Threads: use from one at a time.
class Child
{
public:
  /// Fails (infra) when the program can't be started, and says why.
  static Result<Child> start(const Command& command);

  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();

  pid_t pid() const { return pid_; }

  int out_fd() const { return out_; } ///< non-blocking, read end

  int err_fd() const { return err_; } ///< non-blocking, read end

  int exit_fd() const { return pidfd_; } ///< readable once it has ended

  /// Sends `signal` to the whole group.
  void kill_group(int signal);

  /// Its end, once it has ended; never blocks.
  std::optional<ExitStatus> try_wait();

private:
  Child() = default;
  void release();

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  int pidfd_ = -1;
  std::optional<ExitStatus> status_;
};

/// How run() goes about it.
struct RunOptions
{
  std::chrono::milliseconds timeout{0}; ///< 0 = none
  std::size_t max_output = 16U << 20; ///< bytes kept of each stream (its head)
  /// Called for every line (without its newline; lines over 64 KiB come in
  /// pieces) as it comes; may be empty.
  std::function<void(std::string_view)> on_out_line;
  std::function<void(std::string_view)> on_err_line;
};

/// What run() saw.
struct Finished
{
  ExitStatus status;
  std::string out; ///< at most max_output bytes
  std::string err;
  bool timed_out = false;
  bool stopped = false; ///< Stop was requested while it ran

  /// It exited with 0, in time.
  bool ok() const { return status.ok() && !timed_out && !stopped; }
};

/// Runs programs to their end. An interface, so that what drives git, make and
/// the like can be tested without them.
class ProcessRunner
{
public:
  virtual ~ProcessRunner() = default;

  /// Starts `command` and waits. On timeout or stop the group gets SIGTERM and
  /// 3 s later SIGKILL. Fails (infra) only when it can't be started; any exit
  /// is a value. Safe from several threads at once.
  virtual Result<Finished>
  run(const Command& command, const RunOptions& options, const Stop& stop) = 0;

  /// Like run(), and any end but exit 0 is an error (infra) with the command
  /// and the end of its standard error. Gives standard output.
  Result<std::string> output(const Command& command, const Stop& stop);
};

/// The real one.
class SystemProcessRunner final : public ProcessRunner
{
public:
  Result<Finished> run(const Command& command,
                       const RunOptions& options,
                       const Stop& stop) override;
};

/// Where `program` stands in PATH, or "" when it does not.
std::filesystem::path find_program(const std::string& program);

} // namespace oopsfarm
