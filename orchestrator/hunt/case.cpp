// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/case.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace oopsfarm {

Result<Case> Case::make(CaseSetup setup)
{
  TRY_ASSIGN(auto history, History::make(setup.range.parents));
  return Case(std::move(setup), std::move(history));
}

Case::Case(CaseSetup setup, History history)
    : setup_(std::move(setup)), history_(std::move(history)),
      signature_(setup_.signature), knows_signature_(!signature_.empty())
{
  restart();
}

void Case::restart()
{
  BisectOptions options;
  options.confidence = setup_.confidence;
  options.channels = setup_.channels.size();
  bisection_ = std::make_unique<Bisection>(history_, options, setup_.ranking);
  for (const auto& record : records_) {
    bisection_->add(observation(record));
  }
}

std::size_t Case::channel_of(const Record& record) const
{
  const auto& channels = setup_.channels;
  return static_cast<std::size_t>(
      std::find(channels.begin(), channels.end(), record.channel) -
      channels.begin());
}

Sight Case::sight(const Record& record) const
{
  switch (record.outcome) {
  case Outcome::crash:
    // Until the bad end has shown which crash it is, none is evidence.
    return knows_signature_ && record.signature == signature_ ? Sight::crash
                                                              : Sight::other;
  case Outcome::pass:
    return Sight::pass;
  case Outcome::infra:
    return Sight::infra;
  case Outcome::boot_failed:
    return Sight::boot_failed;
  case Outcome::unbuildable:
  case Outcome::told_skip:
    return Sight::unbuildable;
  case Outcome::told_good:
    return Sight::told_good;
  case Outcome::told_bad:
    return Sight::told_bad;
  }
  return Sight::infra;
}

Observation Case::observation(const Record& record) const
{
  return {{setup_.range.find(record.commit).value_or(0), channel_of(record)},
          sight(record)};
}

bool Case::reveals_signature(const Record& record) const
{
  return !knows_signature_ && record.outcome == Outcome::crash &&
         setup_.range.find(record.commit) == setup_.range.tip();
}

Status Case::check(const Record& record) const
{
  if (!setup_.range.find(record.commit)) {
    return user_error(
        fmt::format("{} is not between the two ends", record.commit));
  }
  if (channel_of(record) == setup_.channels.size()) {
    return user_error(fmt::format("unknown channel '{}'", record.channel));
  }
  return Ok{};
}

Status Case::add(const Record& record)
{
  TRY(check(record));
  records_.push_back(record);
  next_number_ = std::max(next_number_, record.number + 1);
  if (reveals_signature(record)) {
    // Earlier crashes elsewhere may turn out to be the same one.
    signature_ = record.signature;
    knows_signature_ = true;
    restart();
  } else {
    bisection_->add(observation(record));
  }
  return Ok{};
}

std::map<std::string, std::size_t> Case::other_crashes() const
{
  std::map<std::string, std::size_t> crashes;
  for (const auto& record : records_) {
    if (sight(record) == Sight::other) {
      ++crashes[record.signature];
    }
  }
  return crashes;
}

static bool is_run(const Record& record)
{
  return record.outcome == Outcome::crash || record.outcome == Outcome::pass ||
         record.outcome == Outcome::boot_failed;
}

std::size_t Case::runs() const
{
  return static_cast<std::size_t>(
      std::count_if(records_.begin(), records_.end(), is_run));
}

std::size_t Case::builds() const
{
  return static_cast<std::size_t>(
      std::count_if(records_.begin(), records_.end(), [](const auto& record) {
        return record.built;
      }));
}

static double mean(double sum, std::size_t count)
{
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

static double seconds(std::chrono::milliseconds time)
{
  return std::chrono::duration<double>(time).count();
}

double Case::build_seconds() const
{
  double sum = 0;
  std::size_t count = 0;
  for (const auto& record : records_) {
    if (record.build.count() > 0) {
      sum += seconds(record.build);
      ++count;
    }
  }
  return mean(sum, count);
}

double Case::run_seconds(std::size_t channel) const
{
  double sum = 0;
  std::size_t count = 0;
  for (const auto& record : records_) {
    if (is_run(record) && channel_of(record) == channel) {
      sum += seconds(record.run);
      ++count;
    }
  }
  return mean(sum, count);
}

} // namespace oopsfarm
