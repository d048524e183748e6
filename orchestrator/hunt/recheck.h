// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "hunt/case.h"
#include "hunt/journal.h"
#include "hunt/prober.h"

#include <cstddef>
#include <string>

namespace oopsfarm {

/// What running a kernel again and again came to.
struct RecheckCounts
{
  std::size_t wanted = 0; ///< runs that are to pass
  std::size_t runs = 0;   ///< that are evidence
  std::size_t crashes = 0;
  std::string why_not; ///< it can't be tested: why
};

/// How often a kernel must pass, so that a crash of this rate would have come
/// with 95 %: 1 to 30 runs.
std::size_t passes_wanted(double rate);

/// Runs one kernel that is no part of a case until it has shown the case's
/// crash, or has passed often enough. Observations are in a journal of their
/// own before they count. For those with a loop of their own, like Hunter;
/// everything outlives it.
class Recheck
{
public:
  /// `probe`: the kernel, as the prober knows it, and the channel. `known`: the
  /// journal's records. The kernel's id is `commit`.
  Recheck(const Case& found,
          Prober& prober,
          Journal& journal,
          Probe probe,
          std::string commit,
          std::size_t wanted);

  /// Starts what is wanted. True: it has ended.
  Result<bool> go_on();

  Status record(const Trial& trial);

  const RecheckCounts& counts() const { return counts_; }

private:
  void count(const Record& record);

  const Case& case_;
  Prober& prober_;
  Journal& journal_;
  Probe probe_;
  std::string commit_;
  RecheckCounts counts_;
  std::size_t running_ = 0;
  std::size_t lost_ = 0; ///< runs in a row that came to nothing
  std::uint64_t next_;
};

} // namespace oopsfarm
