// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "engine/observer.h"
#include "model/farm.h"
#include "model/job.h"
#include "model/report.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace oopsfarm {

/// Where a farm keeps what. All below one state folder, which one process at a
/// time owns (docs/formats.md describes the layout).
struct StatePaths
{
  std::filesystem::path root;

  std::filesystem::path lock() const { return root / "lock"; }

  std::filesystem::path tree(const std::string& name) const
  {
    return root / "trees" / (name + ".git");
  }

  /// A folder for each job of the daemon: the job file and what it names.
  std::filesystem::path jobs() const { return root / "jobs"; }

  std::filesystem::path database() const { return root / "farm.db"; }

  std::filesystem::path socket() const { return root / "socket"; }

  /// Who may use the daemon over TCP (api/tokens.h).
  std::filesystem::path tokens() const { return root / "tokens.json"; }

  std::filesystem::path trees() const { return root / "trees"; }

  std::filesystem::path worktrees() const { return root / "worktrees"; }

  std::filesystem::path objects() const { return root / "objects"; }

  std::filesystem::path kernels() const { return root / "kernels"; }

  std::filesystem::path runs() const { return root / "runs"; }

  /// What people said of crashes (crashes/marks.h).
  std::filesystem::path crash_marks() const { return root / "crashes.json"; }

  /// A folder for each bisection of `oopsfarm bisect` (hunt/journal.h).
  std::filesystem::path bisections() const { return root / "bisections"; }

  std::filesystem::path ccache() const { return root / "ccache"; }

  std::filesystem::path libvirt_roots() const { return root / "virt"; }

  /// Initramfs images with a job's programs in them, by their hash.
  std::filesystem::path payloads() const { return root / "payloads"; }

  std::filesystem::path accelerators() const { return root / "accelerators"; }
};

/// What came with the program: kconfigs, targets, workloads, initramfs images.
struct SharePaths
{
  std::filesystem::path root;         ///< …/share/oopsfarm
  std::filesystem::path step_program; ///< oopsfarm-step

  std::filesystem::path kconfigs() const { return root / "kconfigs"; }

  std::filesystem::path targets() const { return root / "targets"; }

  std::filesystem::path workloads() const { return root / "workloads"; }

  std::filesystem::path initramfs(Arch arch) const
  {
    return root / (std::string("initramfs-") + to_string(arch) + ".cpio.gz");
  }
};

/// Everything the engine leans on; all of it outlives the engine.
struct EngineContext
{
  StatePaths state;
  SharePaths share;
  FarmConfig config;
  std::map<std::string, Target> targets; ///< by name
  ProcessRunner* processes = nullptr;
  /// Which accelerator an architecture's guests get; may take seconds once.
  std::function<Result<Accelerator>(Arch)> accelerator;
  /// Ends what guests an earlier process left behind under a libvirt root.
  std::function<Status(const std::filesystem::path&)> reap_root;
};

/// farm.yaml's number, or one for each CPU where it says 0.
unsigned or_cpus(unsigned wanted);

/// Does one job in the foreground: series → plan → build and run steps →
/// report. Steps are oopsfarm-step processes.
///
/// Fails (user) on an unknown tree or base, an unreadable or broken series, a
/// program that is missing or that no guest could start;
/// (infra) when the farm itself can't go on. What the kernel or the patches
/// did wrong is in the report. When `stop` is requested, all steps are ended,
/// what they left half-done is removed, and the error says so.
/// REQUIRES: the state folder's lock is held by the caller.
class Engine
{
public:
  Engine(EngineContext context, Observer& observer, const Stop& stop);

  Result<JobReport> run(const Job& job);

private:
  EngineContext context_;
  Observer& observer_;
  const Stop& stop_;
};

} // namespace oopsfarm
