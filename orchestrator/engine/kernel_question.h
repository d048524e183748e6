// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/kernel_tries.h"
#include "engine/prepare.h"
#include "hunt/case.h"
#include "hunt/hunt.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// What a bisection of kernels is about: the first line of its journal. Equal
/// ones are one bisection, which goes on where it was left.
struct KernelHead
{
  /// "series", "range", "versions" or "kconfig", as in BisectedCrash.
  std::string mode;
  std::filesystem::path git_dir; ///< of the tree
  std::string good;              ///< id of the first kernel
  std::string bad;               ///< and of the last one
  bool is_reverse = false;
  /// All kernels and changes between them; none where it is a range of commits,
  /// which git knows.
  std::vector<Commit> kernels;
  std::vector<Commit> changes;
  std::vector<std::string> channels;
  std::vector<std::string> signatures; ///< that were named; or none
  std::vector<std::string> titles;
  /// Hash of how kernels are built and run, whatever their sources.
  std::string inputs;
};

/// One line, and back; the reader takes untrusted text and fails (user).
std::string to_json(const KernelHead& head);
Result<KernelHead> parse_kernel_head(std::string_view line);

/// Where the journal of a bisection with this first line is.
std::filesystem::path bisection_folder(const StatePaths& state,
                                       const std::string& head);

/// The case that the head is about, without records. `confidence` as in
/// CaseSetup. Fails (user) where commits are not known any more.
Result<CaseSetup> setup_of(const KernelHead& head,
                           const Repository& repository,
                           double confidence);

/// A bisection of kernels, ready to be worked.
struct KernelQuestion
{
  KernelHead head;
  std::string title; ///< the crash, for people; or ""
  Range range;
  std::vector<ProbedKernel> kernels;  ///< by node
  std::vector<ProbeChannel> channels; ///< as head.channels
  std::vector<double> ranking;        ///< as in CaseSetup
  std::map<Arch, Accelerator> accelerators;
  double confidence = 0.95;
  HuntLimits limits;
  /// Runs that were made already: their commit and channel are filled in. Each
  /// counts once, by its run_id.
  std::vector<Record> known = {};
  std::vector<std::string> texts = {}; ///< of each change its text; or none
  std::map<std::string, Target> targets = {}; ///< the farm's, by name
};

/// Fills in what the head says of range and channels.
void complete_head(const std::filesystem::path& git_dir,
                   KernelQuestion& question);

/// How people asked for it.
struct BisectWishes
{
  std::vector<std::string> signatures; ///< none: what the bad end shows first
  std::vector<std::string> titles;
  std::vector<std::string> workloads; ///< none: all of the job's
  double confidence = 0.95;
  HuntLimits limits;
};

/// Which of the tree's commits between two ends brought a crash, or took it
/// away. `good` and `bad` are commit-ish; with `is_reverse` good is the newer
/// one. The job says tree, targets, kconfigs, workloads; its base and series
/// are not used. Fails (user) on unknown commits, ends with nothing between
/// them, and as prepare_job().
Result<KernelQuestion> ask_range(const Job& job,
                                 const std::string& good,
                                 const std::string& bad,
                                 bool is_reverse,
                                 const BisectWishes& wishes,
                                 const EngineContext& context,
                                 Observer& observer,
                                 const Stop& stop);

/// Channels, accelerators, title and limits from a prepared job and wishes.
/// Fails (user) on a workload that the job has not, and on more than 16
/// channels.
Status take_channels(const PreparedJob& prepared,
                     const std::string& kernel,
                     const BisectWishes& wishes,
                     const EngineContext& context,
                     KernelQuestion& question);

/// The farm's name for a commit that is no patch of a series.
std::string commit_name(const std::string& id);

} // namespace oopsfarm
