// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "hunt/case.h"
#include "hunt/journal.h"
#include "hunt/prober.h"
#include "sys/stop.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace oopsfarm {

/// Is told how a hunt goes. No call may block for long.
class HuntObserver
{
public:
  virtual ~HuntObserver() = default;

  virtual void started(const Case& /*found*/, const Attempt& /*attempt*/) {}

  /// The record is on disk, and part of the case.
  virtual void recorded(const Case& /*found*/, const Record& /*record*/) {}

  /// Some time has passed.
  virtual void tick(const Case& /*found*/,
                    const std::vector<Attempt>& /*running*/)
  {
  }
};

struct HuntLimits
{
  std::optional<std::size_t> max_runs; ///< of all processes that worked on it
  std::optional<std::chrono::milliseconds> max_time; ///< of this one
};

enum class HuntEnd {
  answered,
  out_of_runs,
  out_of_time,
  nothing_left, ///< no commit is left that can be tested and tells anything
  stopped,
};

/// A bisection under way, for those who have a loop of their own. Everything
/// outlives it. Use from one thread.
class Hunter
{
public:
  Hunter(Case& found,
         Prober& prober,
         Journal& journal,
         const HuntLimits& limits,
         HuntObserver& observer,
         const Stop& stop);

  /// Takes words of humans, starts what is worth trying, and says whether the
  /// bisection has ended; what was under way is aborted then. Fails as hunt().
  Result<std::optional<HuntEnd>> go_on();

  /// Something has ended: it is written down, and counts.
  Status record(const Trial& trial);

  const std::vector<Attempt>& running() const { return running_; }

private:
  Status take_words();
  Result<std::optional<HuntEnd>> find_end();
  std::string last_words(const std::string& commit) const;
  Status fill();
  std::size_t runs_left() const;
  Status keep(const Record& record);

  Case& case_;
  Prober& prober_;
  Journal& journal_;
  HuntLimits limits_;
  HuntObserver& observer_;
  const Stop& stop_;
  std::vector<Attempt> running_;
  std::uint64_t next_; ///< number of the next record
  std::chrono::steady_clock::time_point begun_;
};

/// Bisects until there is an answer or a limit is met: asks the case what to
/// try, has the prober try it, writes down what came of it, and only then lets
/// it count. What is under way at the end is dropped. Fails when the bad end
/// can't be tested (user), and where prober or journal do.
Result<HuntEnd> hunt(Case& found,
                     Prober& prober,
                     Journal& journal,
                     const HuntLimits& limits,
                     HuntObserver& observer,
                     const Stop& stop);

/// The costs of probes as far as they were measured; all alike until then.
Costs measured_costs(const Case& found, const Prober& prober);

} // namespace oopsfarm
