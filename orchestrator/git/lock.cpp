// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/lock.h"

#include <poll.h>

namespace oopsfarm {

namespace fs = std::filesystem;

Result<FileLock> wait_for_lock(const fs::path& file,
                               std::chrono::milliseconds patience,
                               const Stop* stop)
{
  using Clock = std::chrono::steady_clock;
  constexpr int interval = 20; // ms; flock(2) has no wait with a time limit
  const auto deadline = Clock::now() + patience;
  while (true) {
    auto lock = FileLock::try_take(file);
    const bool held = !lock && lock.error().fault == Fault::user;
    if (!held || Clock::now() >= deadline) {
      return lock;
    }
    pollfd wait{stop == nullptr ? -1 : stop->fd(), POLLIN, 0};
    poll(&wait, 1, interval);
    if (stop != nullptr && stop->requested()) {
      return stopped_error();
    }
  }
}

fs::path worktrees_lock(const Repository& repository)
{
  return repository.git_dir() / "oopsfarm-worktrees.lock";
}

Result<FileLock> lock_worktrees(const Repository& repository)
{
  constexpr std::chrono::minutes patience{1};
  return wait_for_lock(
      worktrees_lock(repository), patience, &repository.git().stop());
}

} // namespace oopsfarm
