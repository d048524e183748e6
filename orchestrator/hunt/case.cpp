// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/case.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace oopsfarm {

Result<Case> Case::make(CaseSetup setup)
{
  const auto& range = setup.range;
  TRY_ASSIGN(auto history,
             range.is_reverse ? History::make_reverse(range.parents)
                              : History::make(range.parents));
  return Case(std::move(setup), std::move(history));
}

Case::Case(CaseSetup setup, History history)
    : setup_(std::move(setup)), history_(std::move(history)),
      knows_signature_(!setup_.signatures.empty() || !setup_.titles.empty())
{
  restart();
}

std::unique_ptr<Bisection> Case::replayed(bool with_joined) const
{
  BisectOptions options;
  options.confidence = setup_.confidence;
  options.channels = setup_.channels.size();
  auto bisection =
      std::make_unique<Bisection>(history_, options, setup_.ranking);
  for (const auto& record : records_) {
    bisection->add(observation(record, with_joined));
  }
  return bisection;
}

void Case::restart()
{
  bisection_ = replayed(true);
}

std::size_t Case::channel_of(const Record& record) const
{
  const auto& channels = setup_.channels;
  return static_cast<std::size_t>(
      std::find(channels.begin(), channels.end(), record.channel) -
      channels.begin());
}

/// The run's crashes, the first one first.
static std::vector<Face> faces_of(const Record& record)
{
  std::vector<Face> faces = {{record.signature, record.detail}};
  faces.insert(faces.end(), record.also.begin(), record.also.end());
  return faces;
}

static bool has(const std::vector<std::string>& list, const std::string& text)
{
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool Case::is_named(const Face& face) const
{
  return has(setup_.signatures, face.signature) ||
         (!face.title.empty() && has(setup_.titles, face.title));
}

bool Case::is_it(const Record& record, bool with_joined) const
{
  const auto faces = faces_of(record);
  return std::any_of(faces.begin(), faces.end(), [&](const Face& face) {
    return is_named(face) || (with_joined && joined_.contains(face.signature));
  });
}

Sight Case::sight(const Record& record) const
{
  return observation(record, true).sight;
}

Observation Case::observation(const Record& record, bool with_joined) const
{
  const auto sight_of = [&] {
    switch (record.outcome) {
    case Outcome::crash:
      // Until the bad end has shown which crash it is, none is evidence.
      return knows_signature_ && is_it(record, with_joined) ? Sight::crash
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
  };
  return {{setup_.range.find(record.commit).value_or(0), channel_of(record)},
          sight_of()};
}

bool Case::reveals_signature(const Record& record) const
{
  return !knows_signature_ && record.outcome == Outcome::crash &&
         setup_.range.find(record.commit) == setup_.range.tip();
}

std::string Case::signature() const
{
  const auto all = signatures();
  return all.empty() ? "" : all.front();
}

std::vector<std::string> Case::signatures() const
{
  auto all = setup_.signatures;
  for (const auto& record : records_) {
    if (record.outcome != Outcome::crash) {
      continue;
    }
    for (const auto& face : faces_of(record)) {
      if (is_named(face) && !has(all, face.signature)) {
        all.push_back(face.signature); // known by its title
      }
    }
  }
  for (const auto& signature : joined_) {
    if (!has(all, signature)) {
      all.push_back(signature);
    }
  }
  return all;
}

std::string Case::title_of(const std::string& signature) const
{
  for (const auto& record : records_) {
    if (record.outcome == Outcome::crash) {
      for (const auto& face : faces_of(record)) {
        if (face.signature == signature && !face.title.empty()) {
          return face.title;
        }
      }
    }
  }
  return "";
}

/// `shows`: of each node, the probability that it has the crash.
bool Case::belongs(const std::string& signature,
                   const std::vector<double>& shows) const
{
  constexpr double sure = 0.95;
  constexpr double by_chance = 0.1;
  std::set<std::string> channels;
  const auto has_it = [&](const Record& record) {
    const auto faces = faces_of(record);
    return record.outcome == Outcome::crash &&
           std::any_of(faces.begin(), faces.end(), [&](const Face& face) {
             return face.signature == signature;
           });
  };
  for (const auto& record : records_) {
    if (has_it(record)) {
      channels.insert(record.channel);
    }
  }
  std::size_t bad = 0;
  std::size_t good = 0;
  std::size_t seen = 0;
  for (const auto& record : records_) {
    const bool is_evidence =
        record.outcome == Outcome::crash || record.outcome == Outcome::pass;
    const auto node = setup_.range.find(record.commit).value_or(0);
    if (!is_evidence || !channels.contains(record.channel)) {
      continue;
    }
    if (shows.at(node) >= sure) {
      ++bad;
      seen += has_it(record) ? 1 : 0;
    } else if (shows.at(node) <= 1 - sure) {
      ++good;
      if (has_it(record)) {
        return false;
      }
    }
  }
  double chance = 1; // that all of them fell on kernels with the crash
  for (std::size_t i = 0; i < seen; ++i) {
    chance *=
        static_cast<double>(bad - i) / static_cast<double>(bad + good - i);
  }
  return seen >= 2 && chance <= by_chance;
}

/// Judged anew from everything each time: what joined may leave again.
std::set<std::string> Case::find_joined()
{
  std::set<std::string> others;
  for (const auto& record : records_) {
    if (record.outcome != Outcome::crash || is_it(record, false)) {
      continue;
    }
    for (const auto& face : faces_of(record)) {
      others.insert(face.signature);
    }
  }
  std::set<std::string> found;
  if (others.empty() || !knows_signature_) {
    return found;
  }
  if (!narrow_) {
    narrow_ = replayed(false);
  }
  const auto masses = narrow_->posterior();
  std::vector<double> shows(setup_.range.commits.size(), masses.front());
  for (const auto& record : records_) {
    const auto node = setup_.range.find(record.commit).value_or(0);
    double mass = masses.front();
    for (Node change = 1; change <= setup_.range.tip(); ++change) {
      mass += history_.contains(node, change) ? masses[change] : 0;
    }
    shows[node] = mass;
  }
  for (const auto& signature : others) {
    if (belongs(signature, shows)) {
      found.insert(signature);
    }
  }
  return found;
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
    setup_.signatures = {record.signature};
    knows_signature_ = true;
    narrow_.reset();
    restart();
  } else {
    bisection_->add(observation(record, true));
    if (narrow_) {
      narrow_->add(observation(record, false));
    }
  }
  if (setup_.may_join) {
    if (auto joined = find_joined(); joined != joined_) {
      joined_ = std::move(joined);
      restart();
    }
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
