// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "sys/process.h"

#include <filesystem>
#include <string>

namespace oopsfarm {

/// What an archive was made of.
struct Reproducer
{
  std::filesystem::path file;
  std::string folder; ///< the only one in it: "oopsfarm-RUN_ID"
  /// The initramfs is newer than the run, so that it may be another: its
  /// content is not part of what is known of a run.
  bool has_newer_initramfs = false;
};

/// Packs the run in `run_folder` (a run's folder of the state folder) as
/// `output`, .tar.gz or .tar.zst by its name: kernel, initramfs, config,
/// run.sh, README, spec and outcome, the logs below seen/. The file is written
/// beside its place and renamed into it; needs tar, and zstd for .tar.zst.
///
/// Fails (user) when the run has not ended, or its kernel or initramfs is not
/// there any more, and on another name; (infra) on what can't be written.
Result<Reproducer> pack_reproducer(const std::filesystem::path& run_folder,
                                   const std::filesystem::path& output,
                                   ProcessRunner& processes,
                                   const Stop& stop);

} // namespace oopsfarm
