// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/line.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// One OOM kill or failed reaping as the kernel's own lines tell it
/// (mm/oom_kill.c of Linux). Texts are at most 256 bytes; sizes are bytes.
struct OomKill
{
  std::uint64_t line = 0;                  ///< of "Killed process", 0-based
  std::optional<std::uint64_t> time_us;    ///< of "Killed process"
  std::optional<std::uint64_t> invoked_us; ///< of "invoked oom-killer"
  std::string invoker;                     ///< comm that asked for memory
  std::string gfp_mask;                    ///< "0xcc0(GFP_KERNEL)"
  int order = 0;
  /// "CONSTRAINT_MEMCG", "CONSTRAINT_NONE", … or "".
  std::string constraint;
  std::string oom_memcg;   ///< the group that was over its limit, or ""
  std::string task_memcg;  ///< the victim's group, or ""
  bool memcg = false;      ///< "Memory cgroup out of memory"
  bool group_kill = false; ///< one of a memory.oom.group
  std::uint64_t pid = 0;
  std::string comm;
  std::uint64_t total_vm = 0;
  std::uint64_t anon_rss = 0;
  std::uint64_t file_rss = 0;
  std::uint64_t shmem_rss = 0;
  std::uint64_t pgtables = 0;
  std::uint64_t uid = 0;
  int oom_score_adj = 0;
};

/// One line of the reaper.
struct OomReap
{
  std::uint64_t line = 0;
  std::optional<std::uint64_t> time_us;
  std::uint64_t pid = 0;
  std::string comm;
  bool reaped = true;         ///< false: "unable to reap"
  std::uint64_t anon_rss = 0; ///< left behind, bytes
};

/// A task in an event's dump.
struct OomTask
{
  std::uint64_t pid = 0;
  std::string comm;
  int oom_score_adj = 0;
};

/// What a console says about out-of-memory. Plain value, bounded.
struct OomReport
{
  std::vector<OomKill> kills; ///< the first ones; kill_count has them all
  std::vector<OomReap> reaps;
  std::vector<OomTask> last_dump; ///< tasks of the last event's table
  std::uint64_t invocations = 0;
  std::uint64_t kill_count = 0;
  std::uint64_t reap_count = 0;
  std::uint64_t unable_to_reap = 0;
  std::uint64_t no_killable = 0; ///< "no killable processes" warnings
};

/// Bounds on what a guest can make OomScanner keep.
struct OomLimits
{
  std::size_t kills = 4096;
  std::size_t reaps = 4096;
  std::size_t dump = 1024;
};

/// Words by which the lines of OOM events are known. HeadFinder looks for them
/// together with the heads of crashes, so that a line is searched once; bits.
enum OomWords : unsigned {
  oom_invoked = 1,
  oom_constraint = 2,
  oom_reaped = 4,
  oom_unable = 8,
  oom_table = 16,
  oom_killed = 32,
  oom_group = 64,
  oom_no_killable = 128,
};

struct OomWord
{
  std::string_view literal;
  OomWords bit;
  bool at_start; ///< counts only there: other people's lines may quote it
};

inline constexpr std::array<OomWord, 8> oom_words{{
    {" invoked oom-killer: ", oom_invoked, false},
    {"oom-kill:constraint=", oom_constraint, true},
    {"oom_reaper: reaped process ", oom_reaped, true},
    {"oom_reaper: unable to reap pid:", oom_unable, true},
    {"oom_score_adj name", oom_table, false},
    {"Killed process ", oom_killed, false},
    {"memory.oom.group", oom_group, false},
    {"Out of memory and no killable processes", oom_no_killable, true},
}};

/// Console lines → OOM events. Streaming, bounded, pure.
class OomScanner : public LineSink
{
public:
  explicit OomScanner(OomLimits limits = {}) : limits_(limits) {}

  void on_line(const ConsoleLine& line) override;

  /// The same for a line whose OomWords are known already.
  void on_line(const ConsoleLine& line, unsigned words)
  {
    if (words != 0 || in_dump_) {
      take_line(line, words);
    }
  }

  const OomReport& report() const { return report_; }

private:
  void take_line(const ConsoleLine& line, unsigned words);
  void take_invocation(const ConsoleLine& line);
  void take_constraint(const ConsoleLine& line);
  void take_kill(const ConsoleLine& line);
  void take_reap(const ConsoleLine& line);
  void take_unable(const ConsoleLine& line);
  void start_dump(const ConsoleLine& line);
  void take_task(const ConsoleLine& line);

  OomLimits limits_;
  OomReport report_;
  OomKill current_;              ///< the event whose lines are being read
  bool in_dump_ = false;         ///< between the table's head and its end
  std::size_t dump_columns_ = 0; ///< behind "[ pid ]"
};

} // namespace oopsfarm
