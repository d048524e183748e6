// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace oopsfarm {

/// The root folder of libvirt's embedded driver: qemu:///embed?root=DIR keeps
/// its configuration (etc), knowledge of the host's QEMUs (cache), sockets and
/// pid files (run), logs (log) and state (lib) below it.

/// The longest root that leaves room for libvirt's socket paths below it;
/// sun_path ends at 108 bytes.
inline constexpr std::size_t max_root = 50;

/// A short path that stands for `root`: `root` itself where that is short
/// enough, else a link to it in a private folder (below $XDG_RUNTIME_DIR or
/// /tmp, mode 0700, owner checked) under a name made from a hash of `root`.
/// Makes `root` and the link. Fails (infra) when someone else owns the folder.
Result<std::filesystem::path> short_root(const std::filesystem::path& root);

/// The name of that link: 16 hexadecimal digits. Pure.
std::string root_link_name(const std::filesystem::path& root);

/// Removes that link, if there is one.
void remove_root_link(const std::filesystem::path& root);

/// Makes `root` ready for libvirt: its qemu.conf, its log folder, and what
/// cache_template knows of the host's QEMUs and the root does not yet. That
/// is best effort: libvirt probes what is missing. Fails (infra).
Status prepare_root(const std::filesystem::path& root,
                    const std::filesystem::path& cache_template);

/// Below `root`, for guests' console sockets; prepare_root() makes it (0700).
std::filesystem::path serial_folder(const std::filesystem::path& root);

/// The other way round: adds what libvirt learnt below `root` to
/// cache_template. Best effort; safe when several processes do it at once.
void save_cache(const std::filesystem::path& root,
                const std::filesystem::path& cache_template);

/// Whether a process with these arguments is a QEMU that libvirt started below
/// `root` (canonical). Pure, but for following links.
bool is_qemu_of_root(const std::vector<std::string>& arguments,
                     const std::filesystem::path& root);

/// Ends every QEMU that works below `root`, which a process that died left
/// behind, and removes what short_root() made for it. A process is only
/// ended when its command line names this root and its executable is a QEMU.
/// Gives the pids ended. REQUIRES: no living process uses the root.
Result<std::vector<pid_t>> reap_root(const std::filesystem::path& root);

} // namespace oopsfarm
