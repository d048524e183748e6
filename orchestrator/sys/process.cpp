// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/process.h"

#include "base/strings.h"
#include "sys/child_setup.h"

#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>

namespace oopsfarm {

namespace bp = boost::process;

std::string to_string(const ExitStatus& status)
{
  if (status.signal != 0) {
    return fmt::format(
        "signal {} ({})", status.signal, strsignal(status.signal));
  }
  return fmt::format("exit code {}", status.code);
}

std::filesystem::path find_program(const std::string& program)
{
  if (program.find('/') != std::string::npos) {
    return access(program.c_str(), X_OK) == 0 ? program : "";
  }
  return bp::search_path(program).string();
}

ExitStatus exit_status_of(int raw)
{
  ExitStatus status;
  if (WIFSIGNALED(raw)) {
    status.signal = WTERMSIG(raw);
  } else {
    status.code = WEXITSTATUS(raw);
  }
  return status;
}

void reset_child()
{
  // Boost's limit_handles closes the standard streams' pipes along with the
  // rest (1.74), so that is done here.
  syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  std::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// What happens in the child between fork and exec: async-signal-safe calls.
static void prepare_child(pid_t parent)
{
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) {
    _exit(127); // the parent died before the line above
  }
  reset_child();
}

std::vector<std::string> environment_of(const Command& command)
{
  std::map<std::string, std::string> values;
  if (!command.clear_env) {
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text = *entry;
      const auto equals = text.find('=');
      if (equals != std::string_view::npos) {
        values[std::string(text.substr(0, equals))] = text.substr(equals + 1);
      }
    }
  }
  for (const auto& [name, value] : command.env) {
    values[name] = value;
  }
  std::vector<std::string> entries;
  for (const auto& [name, value] : values) {
    entries.push_back(name + "=" + value);
  }
  return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& entries)
{
  std::vector<char*> pointers;
  for (auto& entry : entries) {
    pointers.push_back(entry.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

Result<Child> Child::start(const Command& command)
{
  const auto program = find_program(command.argv.at(0));
  if (program.empty()) {
    return infra_error(
        fmt::format("{}: no such program in PATH", command.argv[0]));
  }
  const std::vector<std::string> args(command.argv.begin() + 1,
                                      command.argv.end());
  const pid_t self = getpid();
  const auto in_child = [self](auto&) { prepare_child(self); };
  // Boost 1.74's own environment reads beyond its entries (ASan).
  auto entries = environment_of(command);
  auto pointers = pointers_to(entries);
  const auto set_env = [&](auto& executor) { executor.env = pointers.data(); };
  try {
    bp::pipe out;
    bp::pipe err;
    const std::string cwd =
        command.cwd.empty() ? std::string(".") : command.cwd.string();
    bp::child process(bp::exe = program.string(),
                      bp::args = args,
                      bp::extend::on_setup = set_env,
                      bp::start_dir = cwd,
                      (bp::std_in < bp::null),
                      (bp::std_out > out),
                      (bp::std_err > err),
                      bp::extend::on_exec_setup = in_child);
    Child child;
    child.pid_ = process.id();
    process.detach();                // from here on it is ours to reap
    setpgid(child.pid_, child.pid_); // whoever comes first, it or we
    child.out_ = fcntl(out.native_source(), F_DUPFD_CLOEXEC, 3);
    child.err_ = fcntl(err.native_source(), F_DUPFD_CLOEXEC, 3);
    child.pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, child.pid_, 0));
    if (child.out_ < 0 || child.err_ < 0 || child.pidfd_ < 0) {
      return infra_error(fmt::format(
          "{}: too few descriptors: {}", program.string(), strerror(errno)));
    }
    fcntl(child.pidfd_, F_SETFD, FD_CLOEXEC);
    fcntl(child.out_, F_SETFL, O_NONBLOCK);
    fcntl(child.err_, F_SETFL, O_NONBLOCK);
    return child;
  } catch (const std::exception& failure) {
    return infra_error(
        fmt::format("cannot start {}: {}", program.string(), failure.what()));
  }
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), out_(std::exchange(other.out_, -1)),
      err_(std::exchange(other.err_, -1)),
      pidfd_(std::exchange(other.pidfd_, -1)), status_(other.status_)
{
}

Child& Child::operator=(Child&& other) noexcept
{
  if (this != &other) {
    release();
    pid_ = std::exchange(other.pid_, -1);
    out_ = std::exchange(other.out_, -1);
    err_ = std::exchange(other.err_, -1);
    pidfd_ = std::exchange(other.pidfd_, -1);
    status_ = other.status_;
  }
  return *this;
}

Child::~Child()
{
  release();
}

void Child::release()
{
  if (pid_ > 0 && !status_) {
    kill_group(SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  for (const int fd : {out_, err_, pidfd_}) {
    if (fd >= 0) {
      close(fd);
    }
  }
  pid_ = out_ = err_ = pidfd_ = -1;
}

void Child::kill_group(int signal)
{
  // After the leader is reaped its number may belong to somebody else.
  if (pid_ > 0 && !status_) {
    kill(-pid_, signal);
  }
}

std::optional<ExitStatus> Child::try_wait()
{
  if (status_ || pid_ <= 0) {
    return status_;
  }
  // Look without reaping: while the zombie is there its group's number can't
  // be reused, so what it left behind in its group can still be ended safely.
  siginfo_t facts = {};
  if (waitid(P_PID,
             static_cast<id_t>(pid_),
             &facts,
             WEXITED | WNOHANG | WNOWAIT) != 0 ||
      facts.si_pid == 0) {
    return std::nullopt;
  }
  kill_group(SIGKILL);
  int raw = 0;
  while (waitpid(pid_, &raw, 0) < 0 && errno == EINTR) {
  }
  status_ = exit_status_of(raw);
  return status_;
}

} // namespace oopsfarm
