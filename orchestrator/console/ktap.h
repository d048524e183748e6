// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/line.h"
#include "console/line_reader.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// One `ok`/`not ok` line.
struct KtapResult
{
  std::uint64_t number = 0; ///< as printed; 0 when it had none
  bool ok = false;
  bool skip = false;  ///< `# SKIP reason`
  bool todo = false;  ///< `# TODO reason`: an expected failure
  std::string name;   ///< at most 256 bytes
  std::string reason; ///< text behind `#`, at most 1024 bytes
};

/// "ok 3 - name # SKIP reason" as a value; anything else, too, as far as it is
/// one. Pure.
KtapResult parse_ktap_result(std::string_view line);

/// What a program in the guest printed, handed on by the guest with every line
/// indented by two blanks, before the result line that is about the program.
/// It may be garbage, and lie: bounded, and judged on the host.
struct ProgramKtap
{
  std::uint64_t parent = 0; ///< the number of the program's own result
  std::optional<std::uint64_t> plan;
  bool plan_skip = false;          ///< `1..0 # SKIP`
  std::string plan_reason;         ///< behind it
  std::vector<KtapResult> results; ///< the first ones
  std::uint64_t result_count = 0;
  std::uint64_t failures = 0;
  std::uint64_t skips = 0;
  std::optional<std::string> bailed_out;
  /// What no honest KTAP has: half a line, a plan that is wrong, a flood. At
  /// most 8. Programs that number their results badly are many; they are let
  /// be, as the kernel's own runner does.
  std::vector<std::string> problems;
};

/// Lines → ProgramKtap. KTAP that is nested deeper is passed over.
class ProgramKtapReader
{
public:
  /// A line without its indentation.
  void line(std::string_view text);

  /// What has come since the last call; nothing when no line has.
  std::optional<ProgramKtap> take();

private:
  void result(std::string_view text);
  void plan(std::string_view text);
  void problem(std::string text);

  ProgramKtap read_;
  bool any_ = false;
};

/// One OOM-killed child that the guest's init reaped
/// (`# kill: pid=123 group=/t/a teardown_us=5321`).
struct KtapKill
{
  std::uint64_t pid = 0;
  std::string group; ///< at most 128 bytes
  /// From the kill to the exit, microseconds; 0 = not measured.
  std::uint64_t teardown_us = 0;
};

/// Everything that serial 1 said (docs/formats.md, guest protocol 1). Plain
/// value, bounded: see KtapLimits.
struct KtapReport
{
  bool version_seen = false;  ///< "KTAP version 1"
  std::uint64_t protocol = 0; ///< `# oopsfarm: 1`; 0 = not said
  std::string workload;       ///< `# workload:`
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> plan; ///< N of 1..N
  bool plan_skip = false;            ///< `1..0 # SKIP reason`
  std::uint64_t result_count = 0;    ///< all that came; known after finish()
  std::vector<KtapResult> results;   ///< top level only, in printed order
  /// `# key: value` lines, last value wins: facts, `param.NAME`, `seed`, ….
  /// beat, kill and bye are not among them.
  std::map<std::string, std::string> facts;
  std::vector<ProgramKtap> programs; ///< at most KtapLimits::programs
  std::vector<KtapKill> kills; ///< the first ones; kill_count has them all
  std::uint64_t kill_count = 0;
  std::uint64_t beats = 0;          ///< heartbeats seen
  std::uint64_t last_beat_ms = 0;   ///< the guest's uptime in the last one
  std::uint64_t longest_gap_ms = 0; ///< between beats, by the guest's clock
  std::optional<std::string> bailed_out; ///< "Bail out!" with its text
  bool bye = false;                      ///< `# bye: 1` was the last line
  std::uint64_t failures = 0;            ///< results that are not ok
  std::uint64_t skips = 0;
  /// What was malformed, in words that fit behind "workload: ". At most 16.
  std::vector<std::string> problems;
};

/// Bounds on what a guest can make KtapReader keep.
struct KtapLimits
{
  std::size_t results = 4096;
  std::size_t facts = 512;
  std::size_t kills = 4096;
  std::size_t programs = 128;
  std::size_t problems = 16;
};

/// Serial 1's bytes → KtapReport, incremental, the same for any chunking.
/// Trusts nothing: half lines, wrong plans, floods, doubled and unordered
/// numbers become `problems`. Indented (nested) KTAP is what programs printed:
/// it stands in `programs`, and its parent's result line counts.
class KtapReader : private LineSink
{
public:
  explicit KtapReader(KtapLimits limits = {});

  void feed(std::string_view bytes);

  /// The stream is over: a half line is noted, the plan is checked.
  void finish();

  const KtapReport& report() const { return report_; }

private:
  void on_line(const ConsoleLine& line) override;
  void take_line(std::string_view text);
  void take_plan(std::string_view text);
  void take_result(std::string_view text);
  void count_result(const KtapResult& result);
  void take_program(std::uint64_t parent);
  void take_diagnostic(std::string_view text);
  void take_fact(std::string_view key, std::string_view value);
  void take_beat(std::string_view value);
  void take_kill(std::string_view value);
  void check_plan();
  void problem(std::string text);

  KtapLimits limits_;
  KtapReport report_;
  LineReader lines_;
  ProgramKtapReader program_;
  std::uint64_t results_seen_ = 0;
  std::uint64_t next_number_ = 1;
  bool finished_ = false;
  bool facts_over_ = false;
};

} // namespace oopsfarm
