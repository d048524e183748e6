// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace oopsfarm {

/// Whose programs a workload runs, if not our own.
enum class ProgramSource { none, user, kselftest };

/// A program that guests are to run besides our own, as the job file asks for
/// it: a file of the user's, or one of the kernel tree's selftests. Its form
/// is checked; whether it exists is not known yet.
struct ProgramRequest
{
  /// exec: a path, relative to the job file, in which $ARCH stands for the
  /// guest's architecture; kselftest: "cgroup:test_memcontrol".
  std::string run;
  std::vector<std::string> args = {}; ///< one line each, none of them empty
  /// Ended after so long, and well if it ran until then; 0: ends by itself.
  std::chrono::seconds stop_after{0};
  std::size_t line = 0; ///< where the job file says so
  std::size_t column = 0;
};

/// A file of the user's that a program needs in the guest.
struct FileRequest
{
  std::string guest; ///< absolute and normal: "/bin/sh"
  std::string file;  ///< a path as in ProgramRequest::run
  std::size_t line = 0;
  std::size_t column = 0;
};

/// What to run in the guest, as the job file asks for it, checked against the
/// workload's catalogue entry: every parameter is present (defaults filled in)
/// and in canonical form: counts and sizes (bytes) as decimal integers,
/// durations in whole seconds. `duration` is a parameter like the others.
struct Workload
{
  std::string name;
  std::map<std::string, std::string> params;
  ProgramSource source = ProgramSource::none;
  std::vector<ProgramRequest> programs = {}; ///< exec: one; kselftest: several
  std::vector<FileRequest> files = {};       ///< exec
};

/// The type of a workload's parameter. Canonical forms as in Workload; a text
/// is [A-Za-z0-9._:/-]{1,128}.
enum class ParamType { integer, size, duration, text };

/// One parameter of a workload: its name, type, bounds and default
/// (images/workloads/NAME.yaml).
struct ParamInfo
{
  std::string name;
  ParamType type = ParamType::integer;
  std::uint64_t min = 0; ///< canonical unit of the type
  std::uint64_t max = 0;
  std::string default_value;        ///< canonical form
  std::vector<std::string> choices; ///< type text: the allowed values, or none
  std::string description;
};

/// One workload that guests know: what a job may ask of it.
struct WorkloadInfo
{
  std::string name;
  std::string description;
  std::vector<ParamInfo> params;
  ProgramSource programs = ProgramSource::none;
};

/// Race help: what the farm does to a guest's virtual CPUs, so that
/// interleavings come up that are rare by themselves. Off by default.
struct RaceHelp
{
  unsigned vcpus = 0;   ///< instead of the target's; 0: the target's
  bool pauses = false;  ///< single ones are held for milliseconds, at random
  bool one_cpu = false; ///< all share one CPU of the host's
};

/// "8 virtual CPUs, random pauses of single virtual CPUs"; "" for none. Pure.
std::string describe(const RaceHelp& race);

enum class TestMode { tip, each_patch };
enum class OnFailure { report, bisect };

/// A bisection that is all that a job does: which commit between two of its
/// tree brought a crash.
struct BisectionWish
{
  std::string good; ///< commit-ish; ""  for a job that bisects nothing
  std::string bad;
  bool is_reverse = false; ///< which commit took it away; good is the newer
  /// The crash; both empty: the first one that the bad end shows.
  std::vector<std::string> signatures = {};
  std::vector<std::string> titles = {};
  /// Only these of the job's; none: all.
  std::vector<std::string> targets = {};
  std::vector<std::string> kconfigs = {};
  std::vector<std::string> workloads = {};
};

/// A job file's content, checked for form (docs/formats.md). Names are those
/// of existing targets, kconfigs and workloads; tree and base are not looked
/// up yet.
struct Job
{
  std::string name;
  std::filesystem::path file; ///< where it was read from
  std::string tree;
  std::string base;                ///< "" = the tree's newest tag
  std::vector<std::string> series; ///< as written, relative to the file
  TestMode test = TestMode::tip;
  std::vector<std::string> targets;
  std::vector<std::string> kconfigs;
  std::vector<Workload> workloads;
  unsigned repeat = 1;
  std::uint64_t seed = 1;
  OnFailure on_failure = OnFailure::report;
  BisectionWish bisection;
  bool memory_dump = false; ///< of guests that hang
  RaceHelp race;
  std::vector<std::string> cmdline; ///< kernel parameters besides the farm's
  std::string schedule; ///< as Schedule::parse() takes it; "" = not scheduled
};

} // namespace oopsfarm
