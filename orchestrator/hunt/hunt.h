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
