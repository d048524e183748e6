// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/hunt.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

using Clock = std::chrono::steady_clock;

/// How often words of others and the clock are looked at.
static constexpr std::chrono::milliseconds interval{500};

Hunter::Hunter(Case& found,
               Prober& prober,
               Journal& journal,
               const HuntLimits& limits,
               HuntObserver& observer,
               const Stop& stop)
    : case_(found), prober_(prober), journal_(journal), limits_(limits),
      observer_(observer), stop_(stop), next_(found.next_number()),
      begun_(Clock::now())
{
}

Result<std::optional<HuntEnd>> Hunter::go_on()
{
  TRY(take_words());
  TRY_ASSIGN(const auto end, find_end());
  if (end) {
    prober_.abort();
    running_.clear();
    return end;
  }
  TRY(fill());
  return running_.empty() ? std::optional(HuntEnd::nothing_left) : std::nullopt;
}

Status Hunter::take_words()
{
  TRY_ASSIGN(const auto words, journal_.new_words(next_));
  for (const auto& word : words) {
    TRY(keep(word));
  }
  next_ += words.size();
  return Ok{};
}

Result<std::optional<HuntEnd>> Hunter::find_end()
{
  const auto& range = case_.range();
  if (stop_.requested()) {
    return std::optional(HuntEnd::stopped);
  }
  if (case_.bisection().done()) {
    return std::optional(HuntEnd::answered);
  }
  if (!case_.bisection().testable(range.tip())) {
    prober_.abort();
    running_.clear();
    return user_error(fmt::format("the bad end, {}, can't be tested: {}",
                                  range.commits.back().id,
                                  last_words(range.commits.back().id)));
  }
  if (limits_.max_runs && case_.runs() >= *limits_.max_runs) {
    return std::optional(HuntEnd::out_of_runs);
  }
  if (limits_.max_time && Clock::now() - begun_ >= *limits_.max_time) {
    return std::optional(HuntEnd::out_of_time);
  }
  return std::optional<HuntEnd>();
}

std::string Hunter::last_words(const std::string& commit) const
{
  std::string words = "it was skipped";
  for (const auto& record : case_.records()) {
    if (record.commit == commit && !record.detail.empty()) {
      words = record.detail;
    }
  }
  return words;
}

static std::vector<Probe> probes_of(const std::vector<Attempt>& attempts)
{
  std::vector<Probe> probes;
  for (const auto& attempt : attempts) {
    probes.push_back(attempt.probe);
  }
  return probes;
}

Status Hunter::fill()
{
  const auto costs = measured_costs(case_, prober_);
  while (running_.size() < prober_.slots() && runs_left() > 0) {
    const auto probe = case_.bisection().next(costs, probes_of(running_));
    if (!probe) {
      break;
    }
    const Attempt attempt{next_, *probe};
    TRY(prober_.start(attempt));
    ++next_;
    running_.push_back(attempt);
    observer_.started(case_, attempt);
  }
  return Ok{};
}

/// What may be started without going over the limit.
std::size_t Hunter::runs_left() const
{
  if (!limits_.max_runs) {
    return ~std::size_t{0};
  }
  const auto spent = case_.runs() + running_.size();
  return *limits_.max_runs - std::min(*limits_.max_runs, spent);
}

Status Hunter::record(const Trial& trial)
{
  std::erase_if(running_, [&](const Attempt& attempt) {
    return attempt.number == trial.attempt.number;
  });
  auto record = trial.record;
  record.number = trial.attempt.number;
  record.commit = case_.range().commits.at(trial.attempt.probe.node).id;
  record.channel = case_.channels().at(trial.attempt.probe.channel);
  return keep(record);
}

/// First on disk, then in the posterior. What the case would refuse must not
/// get into the journal, which nobody could read again.
Status Hunter::keep(const Record& record)
{
  TRY(case_.check(record));
  TRY(journal_.add(record));
  TRY(case_.add(record));
  observer_.recorded(case_, record);
  return Ok{};
}

Costs measured_costs(const Case& found, const Prober& prober)
{
  const auto build = found.build_seconds();
  std::vector<double> runs;
  for (std::size_t i = 0; i < found.channels().size(); ++i) {
    runs.push_back(found.run_seconds(i));
  }
  // A channel that never ran is taken for one as dear as the dearest.
  const auto dearest = *std::max_element(runs.begin(), runs.end());
  for (auto& run : runs) {
    run = std::max(run > 0 ? run : dearest, 1e-3);
  }
  const auto whole = build > 0 ? build : 0.1;
  return {[&prober, whole](const Probe& probe) {
            return whole * prober.build_part(probe);
          },
          [runs](std::size_t channel) { return runs.at(channel); }};
}

Result<HuntEnd> hunt(Case& found,
                     Prober& prober,
                     Journal& journal,
                     const HuntLimits& limits,
                     HuntObserver& observer,
                     const Stop& stop)
{
  Hunter hunter(found, prober, journal, limits, observer, stop);
  while (true) {
    TRY_ASSIGN(const auto end, hunter.go_on());
    if (end) {
      return *end;
    }
    TRY_ASSIGN(const auto trials, prober.wait(interval));
    for (const auto& trial : trials) {
      TRY(hunter.record(trial));
    }
    observer.tick(found, hunter.running());
  }
}

} // namespace oopsfarm
