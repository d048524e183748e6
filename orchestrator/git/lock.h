// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "git/repository.h"
#include "sys/file.h"

#include <chrono>
#include <filesystem>

namespace oopsfarm {

/// Like FileLock::try_take(), and waits while another holds it: until
/// `patience` is over (then its error), or `stop` (may be null) is requested.
Result<FileLock> wait_for_lock(const std::filesystem::path& file,
                               std::chrono::milliseconds patience,
                               const Stop* stop);

/// The file that is locked while registrations of worktrees change. git can't
/// add one while another is half written or half removed: it dies reading it.
std::filesystem::path worktrees_lock(const Repository& repository);

/// Takes that lock; waits for up to a minute.
Result<FileLock> lock_worktrees(const Repository& repository);

} // namespace oopsfarm
