// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/arch.h"
#include "model/farm.h"
#include "model/job.h"
#include "model/target.h"
#include "model/verdict.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// The two units of work, as values: a spec goes to `oopsfarm-step SPEC.json`,
/// an outcome comes back as outcome.json in the spec's folder `out`
/// (docs/formats.md). Paths are absolute.

/// What a kernel build is allowed to use. 0 = no limit is never accepted.
struct BuildLimits
{
  std::chrono::seconds time{3600};
  std::uint64_t memory = 8ULL << 30;    ///< bytes of address space a process
  std::uint64_t file_size = 4ULL << 30; ///< bytes
  std::uint64_t disk = 16ULL << 30;     ///< bytes the object tree may grow to
  unsigned processes = 512;
};

/// Source commit, architecture, kconfig and toolchain → kernel.
struct BuildSpec
{
  std::string key;               ///< kernel_key() of the fields below
  std::filesystem::path git_dir; ///< bare repository that has `commit`
  std::string commit;            ///< full object id
  Arch arch = Arch::x86_64;
  std::string kconfig;                          ///< flavour's name: "mm-debug"
  std::vector<std::filesystem::path> fragments; ///< merged in this order
  std::string fragments_hash; ///< of the fragments' contents, in order
  std::string toolchain;      ///< the compiler's and linker's version lines
  /// "" for a commit of the tree itself, which is trusted: only its builds
  /// write to the shared objects and to ccache. Else a name for the series
  /// under test (is_safe_name): its builds work on a layer of their own above
  /// the shared objects (docs/design/0003-build-sandbox.md).
  std::string series;
  /// Of a series: the commit that it is applied to, on whose objects its build
  /// is quick. "": whatever the shared objects are of.
  std::string base = {};
  std::filesystem::path object_tree; ///< persistent: src/ and obj/ inside
  std::filesystem::path ccache;      ///< folder of ccache
  std::filesystem::path out;         ///< where the kernel and outcome.json go
  unsigned jobs = 2;
  BuildLimits limits;
  /// Not empty: builds these programs of the tree's tools/testing/selftests
  /// ("vm:mlock2-tests", sorted, each once) into the folder `out`/programs, and
  /// no kernel. kconfig is "kselftest" then, and there are no fragments.
  std::vector<std::string> selftests = {};
};

/// The identity of what a build makes, a kernel or selftests: SHA-256 over
/// commit, architecture, kconfig, fragments_hash, toolchain, selftests and the
/// recipe's version. Pure.
std::string kernel_key(const BuildSpec& spec);

/// How a build ended. verdict is pass, build_failed or infra.
struct BuildOutcome
{
  Verdict verdict = Verdict::infra;
  std::string key;
  std::string title;  ///< one line: "mm/oom_kill.c:12: error: …"
  std::string detail; ///< first compiler errors, or what a symbol lacks
  std::filesystem::path vmlinux; ///< selftests: the folder of programs
  std::filesystem::path config;
  std::string build_id;      ///< of vmlinux, hexadecimal
  std::uint64_t objects = 0; ///< compiled by this build
  std::chrono::milliseconds time{0};
};

/// Which accelerator a guest gets, and why.
struct Accelerator
{
  bool kvm = false;
  std::string reason; ///< "guests under KVM hang: …"; "" when none is needed
};

/// What a run was for, as people know it: nothing that changes what it does.
struct RunOrigin
{
  std::string job;     ///< its name
  std::string tree;    ///< the name of a tree
  std::string base;    ///< commit that the series is applied to
  std::string commit;  ///< of the kernel
  std::string subject; ///< of the last patch in it; "" for the base
  std::string kernel;  ///< "base", "series" or "patch N"
  std::string kconfig; ///< flavour's name
};

/// Kernel, image, target, workload and seed → console and verdict.
struct RunSpec
{
  std::string run_id;
  RunOrigin origin;
  std::string kernel_key;
  std::filesystem::path vmlinux;
  std::filesystem::path initramfs; ///< with the payload, where there is one
  /// SHA-256 of what the job added to the initramfs (programs, their
  /// arguments); "" when it added nothing. It is part of what a run is of.
  std::string payload;
  Target target;
  Workload workload;
  std::uint64_t seed = 1;
  unsigned attempt = 1;
  Accelerator accelerator;
  std::string libvirt_uri = "embed";  ///< as in FarmConfig
  std::filesystem::path libvirt_root; ///< for "embed": a root no other uses
  std::filesystem::path out; ///< console.log, ktap.log, outcome.json, …
  std::uint64_t console_cap = 64ULL << 20;
  std::chrono::seconds boot_timeout{120};
  std::chrono::seconds silence_timeout{60};
  /// Of a guest that hangs, the memory is dumped to out/vmcore, of at most so
  /// many bytes; 0: it is not.
  std::uint64_t dump_cap = 0;
  RaceHelp race; ///< but for its vcpus, which are in `target`
};

/// One crash or failed oracle, as the report shows it.
struct Finding
{
  std::string title;      ///< "kernel BUG in exit_mmap", "oom: livelock"
  std::string first_line; ///< the console's or KTAP's own words
  std::string excerpt;    ///< the first lines of the report, or ""
  /// What it is grouped by (triage/signature.h).
  std::string signature = {};
  bool follow_on = false; ///< an earlier one is its likely cause
};

/// What one program in the guest came to, or one result of its own KTAP.
enum class TestEnd { ok, failed, skipped };

/// "ok", "failed", "skipped", and the inverse, which fails (internal) on any
/// other text.
const char* to_string(TestEnd end);
Result<TestEnd> parse_test_end(std::string_view text);

struct TestResult
{
  std::string name; ///< "vm:mlock2-tests", "cgroup:test_kill: test_cgkill_tree"
  TestEnd end = TestEnd::failed;
  std::string reason; ///< why it failed or was skipped, or ""
};

/// How a run ended: one observation.
struct RunOutcome
{
  Verdict verdict = Verdict::infra;
  std::string run_id;
  std::string title;  ///< of the first finding, or of the failure; "" on pass
  std::string detail; ///< several lines for people: the console's tail, …
  std::vector<Finding> findings;
  std::uint64_t kills = 0; ///< OOM kills that the console shows
  /// QEMU's start to its end, or to the verdict where we ended it.
  std::chrono::milliseconds wall{0};
  std::chrono::milliseconds boot{0};  ///< QEMU's start to init; 0: not reached
  std::chrono::milliseconds guest{0}; ///< the guest's clock at the end
  bool console_cut = false;           ///< the console was over its cap
  Accelerator accelerator;
  std::uint64_t seed = 1;
  unsigned attempt = 1;
  /// What the workload reported (`# key: value` on serial 1), its parameters
  /// among them as `param.NAME`.
  std::map<std::string, std::string> facts;
  /// From "Killed process" to the exit that the guest's parent of the victim
  /// saw, microseconds, one a victim whose times are known. At most 4096.
  std::vector<std::uint64_t> teardown_us = {};
  /// Of workloads that run programs (exec, kselftest): each program, followed
  /// by the results that it printed itself. At most 1024.
  std::vector<TestResult> results = {};
};

/// Where a step stands: one line of JSON on its standard output each.
struct Progress
{
  std::string phase; ///< "checkout", "config", "compile", "boot", "memcg", …
  std::uint64_t done = 0;
  std::uint64_t total = 0; ///< 0: unknown
  std::string unit;        ///< "objects", "s", "kills"
};

/// The lock (sys/file.h, FileLock) that oopsfarm-step holds while it works a
/// spec: who finds it taken can wait for the outcome, who gets it knows that
/// nobody is at work there. Beside the spec.
inline std::filesystem::path step_lock(const std::filesystem::path& spec_file)
{
  return spec_file.parent_path() / "step.lock";
}

} // namespace oopsfarm
