// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/step.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// A run of a job that was begun once.
struct LedgerEntry
{
  std::size_t place = 0; ///< in Plan::runs
  std::string run_id;
  std::optional<RunOutcome> outcome; ///< none: nobody has seen its end
};

/// Where a job's runs are written down before they begin and as soon as they
/// have ended, so that who goes on with the job after a crash of ours repeats
/// nothing and counts nothing twice. A job's plan is the same each time it is
/// planned, so a place in it names a run.
class Ledger
{
public:
  virtual ~Ledger() = default;

  /// What is known of the job, in the order in which it began.
  virtual Result<std::vector<LedgerEntry>> entries() = 0;

  /// A run is about to begin. On disk when this returns.
  virtual Status began(std::size_t place, const std::string& run_id) = 0;

  virtual Status ended(const RunOutcome& outcome) = 0;

  /// A run that had begun is gone, and is no observation.
  virtual Status lost(const std::string& run_id) = 0;
};

/// For jobs in the foreground: they end with us.
class NoLedger final : public Ledger
{
public:
  Result<std::vector<LedgerEntry>> entries() override
  {
    return std::vector<LedgerEntry>();
  }

  Status began(std::size_t, const std::string&) override { return Ok{}; }

  Status ended(const RunOutcome&) override { return Ok{}; }

  Status lost(const std::string&) override { return Ok{}; }
};

} // namespace oopsfarm
