// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "engine/ledger.h"
#include "store/store.h"

#include <string>

namespace oopsfarm {

/// A job's ledger in the store, which outlives it.
class StoreLedger final : public Ledger
{
public:
  StoreLedger(Store& store, std::string job)
      : store_(store), job_(std::move(job))
  {
  }

  Result<std::vector<LedgerEntry>> entries() override
  {
    TRY_ASSIGN(const auto runs, store_.runs(job_));
    std::vector<LedgerEntry> entries;
    for (const auto& run : runs) {
      entries.push_back({run.place, run.id, run.outcome});
    }
    return entries;
  }

  Status began(std::size_t place, const std::string& run_id) override
  {
    return store_.begin_run(job_, place, run_id);
  }

  Status ended(const RunOutcome& outcome) override
  {
    return store_.end_run(outcome);
  }

  Status lost(const std::string& run_id) override
  {
    return store_.drop_run(run_id);
  }

private:
  Store& store_;
  std::string job_;
};

} // namespace oopsfarm
