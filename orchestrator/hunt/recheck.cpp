// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/recheck.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace oopsfarm {

/// So many lost or failed boots in a row, and it is left.
static constexpr std::size_t patience = 3;

/// Numbers of attempts are seeds; these are like none of the bisection's.
static constexpr std::uint64_t first_number = 100'000;

std::size_t passes_wanted(double rate)
{
  constexpr double doubt = 0.05;
  constexpr double most = 30;
  const auto pass = 1 - std::clamp(rate, 1e-6, 1 - 1e-6);
  const auto runs = std::ceil(std::log(doubt) / std::log(pass));
  return static_cast<std::size_t>(std::clamp(runs, 1.0, most));
}

Recheck::Recheck(const Case& found,
                 Prober& prober,
                 Journal& journal,
                 Probe probe,
                 std::string commit,
                 std::size_t wanted)
    : case_(found), prober_(prober), journal_(journal), probe_(probe),
      commit_(std::move(commit)), next_(first_number)
{
  counts_.wanted = wanted;
  for (const auto& record : journal.records()) {
    count(record);
    next_ = std::max(next_, record.number + 1);
  }
}

void Recheck::count(const Record& record)
{
  switch (case_.sight(record)) {
  case Sight::crash:
    ++counts_.crashes;
    [[fallthrough]];
  case Sight::pass:
    ++counts_.runs;
    lost_ = 0;
    break;
  case Sight::unbuildable:
    counts_.why_not = "it does not build: " + record.detail;
    break;
  default: // nothing of ours; another crash may come first for ever
    ++lost_;
    break;
  }
  if (lost_ >= patience && counts_.why_not.empty()) {
    counts_.why_not = "it can't be tested: " + record.detail;
  }
}

Result<bool> Recheck::go_on()
{
  const bool is_over = counts_.crashes > 0 || counts_.runs >= counts_.wanted ||
                       !counts_.why_not.empty();
  if (is_over) {
    prober_.abort();
    running_ = 0;
    return true;
  }
  while (running_ < prober_.slots() &&
         counts_.runs + running_ < counts_.wanted) {
    TRY(prober_.start({next_, probe_}));
    ++next_;
    ++running_;
  }
  return false;
}

Status Recheck::record(const Trial& trial)
{
  --running_;
  auto record = trial.record;
  record.number = trial.attempt.number;
  record.commit = commit_;
  record.channel = case_.channels().at(probe_.channel);
  TRY(journal_.add(record));
  count(record);
  return Ok{};
}

} // namespace oopsfarm
