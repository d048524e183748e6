// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace oopsfarm {

/// Told how an import goes: phase ("clone", "extract", "add", "commit"), files
/// done, files in all (0: unknown). Called from the importing thread.
using ImportProgress = std::function<void(
    const std::string& phase, std::uint64_t done, std::uint64_t total)>;

/// What an import made.
struct Imported
{
  std::string tag;    ///< the newest tag: "v6.1.176"; "" where there is none
  std::string commit; ///< that it stands for; else HEAD's
};

/// Both imports make the bare repository `dest`, whose parent is made as
/// needed. The work happens in a folder beside it, renamed into place at the
/// end: a failed or stopped import leaves nothing. Fails (user) when `dest`
/// exists, or the source is missing or not what it should be.

/// A git repository (a path, or any URL that git clones over file, git, ssh,
/// http or https): all branches and tags. `source` may be a bare repository or
/// a working one; a local clone shares its object files by hard links.
Result<Imported> import_git(const std::string& source,
                            const std::filesystem::path& dest,
                            ProcessRunner& processes,
                            const Stop& stop,
                            const ImportProgress& progress);

/// A kernel source tarball, as Debian's linux-source-* has it (anything that
/// `tar` unpacks): one commit with fixed author, committer and date, so that
/// the same tarball gives the same object ids everywhere. Tagged by the
/// version its Makefile says: v6.1.176, and v6.1 too.
Result<Imported> import_tarball(const std::filesystem::path& tarball,
                                const std::filesystem::path& dest,
                                ProcessRunner& processes,
                                const Stop& stop,
                                const ImportProgress& progress);

/// One of the two above: a regular file is a tarball, all else is git's.
Result<Imported> import_tree(const std::string& source,
                             const std::filesystem::path& dest,
                             ProcessRunner& processes,
                             const Stop& stop,
                             const ImportProgress& progress);

} // namespace oopsfarm
