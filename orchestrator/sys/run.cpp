// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"
#include "base/strings.h"
#include "sys/process.h"

#include <fmt/format.h>

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace oopsfarm {

using Clock = std::chrono::steady_clock;

namespace {

/// One of the child's streams: keeps its head, cuts it into lines.
class Stream
{
public:
  Stream(int fd,
         std::size_t max,
         const std::function<void(std::string_view)>& on_line)
      : fd_(fd), max_(max), on_line_(on_line)
  {
  }

  int fd() const { return open_ ? fd_ : -1; }

  bool open() const { return open_; }

  /// Takes what is there, but no more than a pipe holds, so that a child that
  /// prints without end can't keep us from its timeout; never blocks.
  void drain()
  {
    constexpr int most = 16;
    std::array<char, 64 * 1024> buffer{};
    for (int i = 0; open_ && i < most; ++i) {
      const auto got = read(fd_, buffer.data(), buffer.size());
      if (got > 0) {
        take({buffer.data(), static_cast<std::size_t>(got)});
      } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
        open_ = false;
      } else if (errno == EAGAIN) {
        return;
      }
    }
  }

  /// The kept text; hands out a last line without a newline.
  std::string finish()
  {
    if (!line_.empty() && on_line_) {
      on_line_(line_);
    }
    return std::move(kept_);
  }

private:
  void take(std::string_view bytes)
  {
    kept_.append(bytes.substr(0, max_ - kept_.size()));
    if (!on_line_) {
      return;
    }
    constexpr std::size_t longest = 64 * 1024;
    for (const char c : bytes) {
      if (c == '\n' || line_.size() >= longest) {
        on_line_(line_);
        line_.clear();
      }
      if (c != '\n') {
        line_ += c;
      }
    }
  }

  int fd_;
  std::size_t max_;
  const std::function<void(std::string_view)>& on_line_;
  bool open_ = true;
  std::string kept_;
  std::string line_;
};

/// When to send which signal: first SIGTERM, then, after a grace, SIGKILL.
class Ending
{
public:
  explicit Ending(std::chrono::milliseconds timeout)
  {
    if (timeout.count() > 0) {
      deadline_ = Clock::now() + timeout;
    }
  }

  /// Starts the ending, once.
  void begin(Child& child)
  {
    constexpr std::chrono::seconds grace{3};
    if (!begun_) {
      begun_ = true;
      child.kill_group(SIGTERM);
      deadline_ = Clock::now() + grace;
    }
  }

  bool begun() const { return begun_; }

  bool due() const { return deadline_ && Clock::now() >= *deadline_; }

  void kill(Child& child)
  {
    child.kill_group(SIGKILL);
    deadline_.reset();
  }

  /// For poll(): milliseconds until something is due, or -1.
  int wait() const
  {
    if (!deadline_) {
      return -1;
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, left.count()));
  }

private:
  bool begun_ = false;
  std::optional<Clock::time_point> deadline_;
};

} // namespace

Result<Finished> SystemProcessRunner::run(const Command& command,
                                          const RunOptions& options,
                                          const Stop& stop)
{
  log::debug("run: " + printable(join(command.argv, " "), 2000));
  Finished finished;
  if (stop.requested()) {
    finished.stopped = true;
    finished.status.signal = stop.signal();
    return finished;
  }
  TRY_ASSIGN(auto child, Child::start(command));
  Stream out(child.out_fd(), options.max_output, options.on_out_line);
  Stream err(child.err_fd(), options.max_output, options.on_err_line);
  Ending ending(options.timeout);
  while (true) {
    std::array<pollfd, 4> waits = {
        {{out.fd(), POLLIN, 0},
         {err.fd(), POLLIN, 0},
         {child.exit_fd(), POLLIN, 0},
         {ending.begun() ? -1 : stop.fd(), POLLIN, 0}}};
    poll(waits.data(), waits.size(), ending.wait());
    out.drain();
    err.drain();
    if (const auto status = child.try_wait()) {
      finished.status = *status;
      break;
    }
    if (stop.requested() && !ending.begun()) {
      finished.stopped = true;
      ending.begin(child);
    } else if (ending.due() && ending.begun()) {
      ending.kill(child);
    } else if (ending.due()) {
      finished.timed_out = true;
      ending.begin(child);
    }
  }
  // Its own last words; a grandchild that left the group may still hold the
  // pipe open and is not waited for.
  out.drain();
  err.drain();
  finished.out = out.finish();
  finished.err = err.finish();
  return finished;
}

Result<std::string> ProcessRunner::output(const Command& command,
                                          const Stop& stop)
{
  TRY_ASSIGN(auto finished, run(command, {}, stop));
  if (finished.stopped) {
    return infra_error(command.argv[0] + ": stopped");
  }
  if (!finished.ok()) {
    constexpr std::size_t tail = 600;
    const auto err = trim(finished.err);
    const auto words = err.size() > tail ? err.substr(err.size() - tail) : err;
    return infra_error(
        fmt::format("{}: {}{}{}",
                    printable(join(command.argv, " ")),
                    to_string(finished.status),
                    words.empty() ? "" : ": ",
                    replace_all(std::string(words), "\n", "; ")));
  }
  return std::move(finished.out);
}

} // namespace oopsfarm
