// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/capped_log.h"
#include "guest/hypervisor.h"
#include "model/step.h"
#include "step/post_mortem_log.h"
#include "step/symbols.h"
#include "sys/stop.h"
#include "triage/judge.h"

#include <chrono>
#include <string>

namespace oopsfarm {

/// How long a post-mortem waits for what. The whole of it is bounded by
/// `total`, and by `dump` in addition where memory is dumped: a QEMU that does
/// not answer is killed then.
struct PostMortemTimes
{
  using milliseconds = std::chrono::milliseconds;

  int looks = 4; ///< at the CPUs, from outside
  milliseconds between_looks{150};
  milliseconds answer{2500}; ///< for the first byte after a SysRq key
  milliseconds quiet{800};   ///< silence that means that an answer is over
  milliseconds keys{15000};  ///< for all keys
  milliseconds panic{8000};  ///< for what the kernel says to an NMI
  /// The same there: powerpc's CPUs wait a second for each other.
  milliseconds panic_quiet{2000};
  milliseconds total{30000};
  milliseconds dump{90000};
};

/// Whether a guest that comes to this end is worth one: it runs, and nobody
/// knows what it does.
bool wants_post_mortem(GuestEnd end);

/// Finds out what a guest that hangs is doing, before it is ended, and writes
/// it to post-mortem.log in the run's folder: where each virtual CPU executes,
/// as seen from outside; what the kernel answers to SysRq keys; the guest's
/// memory, if the spec asks for it (vmcore); and backtraces by an NMI, after
/// which the guest is of no use. What cannot be had is said there, and never
/// an error: the verdict stands already.
class PostMortem
{
public:
  using milliseconds = std::chrono::milliseconds;

  /// Both outlive it. `init_reached`: serial 0 is open in the guest, so that
  /// keys can arrive.
  PostMortem(const RunSpec& spec,
             const Stop& stop,
             bool init_reached,
             PostMortemTimes times = {});

  /// Does all of it; a requested stop ends it early. Both logs end where they
  /// are: what the guest says from now on, we made it say. Gives a few lines
  /// for people.
  std::string perform(Guest& guest, CappedLog& console, CappedLog& ktap);

private:
  bool goes_on(Guest& guest) const;
  void look(Guest& guest);
  void ask(Guest& guest);
  void dump(Guest& guest);
  void interrupt(Guest& guest);

  /// How long to wait for the first byte, for more, and in all.
  struct Patience
  {
    milliseconds answer;
    milliseconds quiet;
    milliseconds bound;
  };

  bool listen(Guest& guest, const Patience& patience);
  bool take(Guest& guest);
  void note(const std::string& text);

  const RunSpec& spec_;
  const Stop& stop_;
  bool init_reached_;
  PostMortemTimes times_;
  PostMortemLog log_;
  CappedLog* console_ = nullptr;
  CappedLog* ktap_ = nullptr;
  bool has_line_ = false; ///< serial 0 is open: listen there
  std::string summary_;
};

} // namespace oopsfarm
