// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/fd.h"
#include "guest/proc.h"
#include "guest/root.h"

#include <fmt/format.h>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <system_error>

namespace oopsfarm {

namespace fs = std::filesystem;

/// What of libvirt's paths every QEMU that it starts has in its arguments: the
/// guests their domain's folder, those that it probes a QMP socket.
static constexpr std::array<std::string_view, 2> marks = {"/lib/qemu/domain-",
                                                          "/lib/qemu/qmp-"};

/// Whether `path` is `root` (canonical) or leads there.
static bool leads_to(const fs::path& path, const fs::path& root)
{
  std::error_code code;
  return path == root || path.filename() == root_link_name(root) ||
         fs::weakly_canonical(path, code) == root;
}

/// Whether an argument names a path of libvirt's below `root`.
static bool names_root(std::string_view argument, const fs::path& root)
{
  for (const auto mark : marks) {
    const auto at = argument.find(mark);
    if (at == std::string_view::npos) {
      continue;
    }
    // The root is what stands before, from the path's first slash on:
    // {"file":"ROOT/lib/…"}, unix:ROOT/lib/….
    const auto head = argument.substr(0, at);
    const auto stop = head.find_last_of("\":=,");
    const auto begin = stop == std::string_view::npos ? 0 : stop + 1;
    if (leads_to(fs::path(head.substr(begin)), root)) {
      return true;
    }
  }
  return false;
}

bool is_qemu_of_root(const std::vector<std::string>& arguments,
                     const fs::path& root)
{
  if (arguments.empty() ||
      !fs::path(arguments[0]).filename().string().starts_with("qemu-system-")) {
    return false;
  }
  for (const auto& argument : arguments) {
    if (names_root(argument, root)) {
      return true;
    }
  }
  return false;
}

/// Ends `pid` if it is a QEMU of this root; the descriptor makes sure that it
/// is the process that was looked at. True when it was ended.
static Result<bool> end_process(pid_t pid, const fs::path& root)
{
  const Fd handle(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!handle || !is_qemu_of_root(process_arguments(pid), root)) {
    return false;
  }
  if (syscall(SYS_pidfd_send_signal, handle.get(), SIGKILL, nullptr, 0) != 0) {
    if (errno == ESRCH) {
      return false;
    }
    return infra_error(fmt::format("cannot end the QEMU left behind, pid {}: "
                                   "{}",
                                   pid,
                                   std::strerror(errno)));
  }
  pollfd wait = {handle.get(), POLLIN, 0};
  constexpr int limit_ms = 5000;
  if (poll(&wait, 1, limit_ms) != 1) {
    return infra_error(
        fmt::format("the QEMU left behind, pid {}, does not end", pid));
  }
  return true;
}

Result<std::vector<pid_t>> reap_root(const fs::path& root)
{
  std::error_code code;
  const auto full = fs::weakly_canonical(root, code);
  if (code) {
    return infra_error(
        fmt::format("cannot resolve {}: {}", root.string(), code.message()));
  }
  std::vector<pid_t> ended;
  for (const pid_t pid : own_processes()) {
    TRY_ASSIGN(const bool did, end_process(pid, full));
    if (did) {
      ended.push_back(pid);
    }
  }
  remove_root_link(full);
  return ended;
}

} // namespace oopsfarm
