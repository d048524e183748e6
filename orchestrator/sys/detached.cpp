// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/detached.h"

#include "sys/child_setup.h"
#include "sys/fd.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <utility>

namespace oopsfarm {

static int open_pidfd(pid_t pid)
{
  const auto fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd >= 0) {
    fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  return fd;
}

static int open_output(const std::filesystem::path& file)
{
  return open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

/// Boost's child kills what it started when it is destroyed badly, and knows
/// no session of its own: a plain fork says more simply what is meant.
Result<Detached> Detached::start(const Command& command,
                                 const std::filesystem::path& out,
                                 const std::filesystem::path& err)
{
  const auto program = find_program(command.argv.at(0));
  if (program.empty()) {
    return infra_error(
        fmt::format("{}: no such program in PATH", command.argv[0]));
  }
  const auto failed = [&](const std::string& what) {
    return infra_error(fmt::format(
        "cannot start {}: {}: {}", program.string(), what, strerror(errno)));
  };
  auto args = command.argv;
  auto arg_pointers = pointers_to(args);
  auto env = environment_of(command);
  auto env_pointers = pointers_to(env);
  const Fd in(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Fd out_file(open_output(out));
  if (out_file.get() < 0) {
    return failed(out.string());
  }
  const Fd err_file(open_output(err));
  if (in.get() < 0 || err_file.get() < 0) {
    return failed(err.string());
  }
  const auto pid = fork();
  if (pid < 0) {
    return failed("fork");
  }
  if (pid == 0) {
    setsid();
    dup2(in.get(), STDIN_FILENO);
    dup2(out_file.get(), STDOUT_FILENO);
    dup2(err_file.get(), STDERR_FILENO);
    reset_child();
    if (!command.cwd.empty() && chdir(command.cwd.c_str()) != 0) {
      _exit(127);
    }
    execve(program.c_str(), arg_pointers.data(), env_pointers.data());
    _exit(127);
  }
  const auto pidfd = open_pidfd(pid);
  if (pidfd < 0) {
    const auto error = failed("pidfd_open");
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return error;
  }
  return Detached(pid, pidfd, true);
}

/// Whether somebody else has the lock.
static bool is_held(int fd)
{
  if (flock(fd, LOCK_SH | LOCK_NB) == 0) {
    flock(fd, LOCK_UN);
    return false;
  }
  return errno == EWOULDBLOCK;
}

/// Of a program that we were before an exec.
static bool is_our_child(pid_t pid)
{
  siginfo_t info{};
  return waitid(P_PID,
                static_cast<id_t>(pid),
                &info,
                WEXITED | WNOHANG | WNOWAIT) == 0;
}

/// The holder's pid; it may have taken the lock a moment ago and be about to
/// write it.
static pid_t pid_in(const std::filesystem::path& file, int lock)
{
  constexpr int tries = 50;
  constexpr int pause_ms = 2;
  for (int i = 0; i < tries && is_held(lock); ++i) {
    const auto text = read_file(file, 64);
    pid_t pid = 0;
    if (text &&
        std::from_chars(text->data(), text->data() + text->size(), pid).ec ==
            std::errc{} &&
        pid > 1) {
      return pid;
    }
    poll(nullptr, 0, pause_ms);
  }
  return -1;
}

std::optional<Detached> Detached::holder_of(const std::filesystem::path& file)
{
  const Fd lock(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (lock.get() < 0 || !is_held(lock.get())) {
    return std::nullopt;
  }
  const auto pid = pid_in(file, lock.get());
  if (pid < 0) {
    return std::nullopt;
  }
  Detached holder(pid, open_pidfd(pid), is_our_child(pid));
  // Still held: the descriptor is of that process, and of no later one. A
  // child of its that is about to end may have the lock a moment longer.
  if (holder.pidfd_ < 0 || holder.has_ended() || !is_held(lock.get())) {
    return std::nullopt;
  }
  return holder;
}

Detached::Detached(Detached&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::exchange(other.pidfd_, -1)), is_child_(other.is_child_),
      status_(other.status_)
{
}

Detached& Detached::operator=(Detached&& other) noexcept
{
  std::swap(pid_, other.pid_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(is_child_, other.is_child_);
  std::swap(status_, other.status_);
  return *this;
}

Detached::~Detached()
{
  if (pidfd_ >= 0) {
    close(pidfd_);
  }
}

bool Detached::has_ended() const
{
  pollfd ended = {pidfd_, POLLIN, 0};
  return poll(&ended, 1, 0) == 1;
}

void Detached::kill_group(int signal)
{
  if (pid_ > 0 && !status_ && !has_ended() && kill(-pid_, signal) != 0) {
    kill(pid_, signal); // it is so young that it has no group yet
  }
}

std::optional<ExitStatus> Detached::try_wait()
{
  if (status_ || pidfd_ < 0 || !has_ended()) {
    return status_;
  }
  int raw = 0;
  const bool is_known = is_child_ && waitpid(pid_, &raw, WNOHANG) == pid_;
  status_ = is_known ? exit_status_of(raw) : ExitStatus();
  return status_;
}

} // namespace oopsfarm
