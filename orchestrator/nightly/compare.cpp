// SPDX-License-Identifier: GPL-2.0-or-later
#include "nightly/compare.h"

#include "nightly/tracks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace oopsfarm {

static constexpr std::array kinds = {
    std::pair(ChangeKind::new_crash, "new-crash"),
    std::pair(ChangeKind::crash_back, "crash-back"),
    std::pair(ChangeKind::rate_up, "rate-up"),
    std::pair(ChangeKind::rate_down, "rate-down"),
    std::pair(ChangeKind::gone, "gone"),
    std::pair(ChangeKind::build_broken, "build-broken"),
    std::pair(ChangeKind::build_mended, "build-mended"),
    std::pair(ChangeKind::boot_broken, "boot-broken"),
    std::pair(ChangeKind::boot_mended, "boot-mended"),
    std::pair(ChangeKind::teardown_slower, "teardown-slower"),
    std::pair(ChangeKind::teardown_faster, "teardown-faster")};

const char* to_string(ChangeKind kind)
{
  return std::find_if(kinds.begin(),
                      kinds.end(),
                      [&](auto& each) { return each.first == kind; })
      ->second;
}

Result<ChangeKind> parse_change_kind(std::string_view text)
{
  for (const auto& [kind, name] : kinds) {
    if (text == name) {
      return kind;
    }
  }
  return internal_error(fmt::format("'{}' is no kind of change", text));
}

bool is_worse(ChangeKind kind)
{
  return kind == ChangeKind::new_crash || kind == ChangeKind::crash_back ||
         kind == ChangeKind::rate_up || kind == ChangeKind::build_broken ||
         kind == ChangeKind::boot_broken || kind == ChangeKind::teardown_slower;
}

bool Comparison::has_worse() const
{
  return std::any_of(changes.begin(), changes.end(), [](const Change& change) {
    return is_worse(change.kind);
  });
}

/// A kernel of one kconfig on one target.
using Place = std::array<std::string, 3>;

static Place place_of(const NightCell& cell)
{
  return {cell.kernel, cell.target, cell.kconfig};
}

static std::string label_of(const NightCell& cell)
{
  return fmt::format(
      "{} {} {} {}", cell.target, cell.kernel, cell.kconfig, cell.workload);
}

namespace {

/// What became of a kernel in a night, over all its cells.
struct KernelState
{
  bool is_built = false;  ///< something ran
  bool is_broken = false; ///< it could not be built
  unsigned runs = 0;
  unsigned unbooted = 0;
  std::string title; ///< why it was not built

  bool is_known() const { return is_built || is_broken; }

  bool never_boots() const { return runs > 0 && unbooted == runs; }
};

/// One comparison on its way.
class Comparer
{
public:
  Comparer(const std::vector<PastNight>& past,
           const Night& tonight,
           const std::set<std::string>& known)
      : nights_(past, tonight), tonight_(tonight), known_(known)
  {
  }

  Comparison compare();

private:
  void count_cells();
  void collect_known();
  void compare_builds();
  void compare_boots();
  void find_new_crashes();
  void test_rates(const NightCell& cell);
  void test_rate(const NightCell& cell, const std::string& signature);
  void add_crash_back(Change change, const RateTrack& track);
  void test_teardown(const NightCell& cell);
  void call_discoveries(std::vector<Change> candidates);

  std::map<Place, KernelState> states_of(const Night& night) const;
  std::optional<KernelState>
  last_state(const Place& place, bool (KernelState::*is_wanted)() const) const;
  Change change_of(ChangeKind kind, const NightCell& cell) const;
  void add_new_crash(const NightCell& cell, const NightCrash& crash);
  bool is_settled(const NightCell& cell, const std::string& signature) const;

  Tracks nights_;
  const Night& tonight_;
  std::set<std::string> known_;
  Comparison result_;
  std::vector<Change> crash_tests_; ///< with their chances
  std::vector<Change> time_tests_;
};

} // namespace

Change Comparer::change_of(ChangeKind kind, const NightCell& cell) const
{
  Change change;
  change.kind = kind;
  change.target = cell.target;
  change.kernel = cell.kernel;
  change.kconfig = cell.kconfig;
  change.workload = cell.workload;
  change.since = tonight_.job;
  change.since_day = tonight_.day;
  change.bad = tonight_.commit;
  return change;
}

void Comparer::count_cells()
{
  for (const auto& cell : tonight_.cells) {
    const bool is_new = !nights_.has_cell(cell);
    result_.new_cells += is_new ? 1 : 0;
    result_.lost_cells += cell.verdict == Verdict::infra ? 1 : 0;
    result_.cells += !is_new && cell.observations > 0 ? 1 : 0;
  }
}

void Comparer::collect_known()
{
  for (const auto& past : nights_.past()) {
    for (const auto& cell : past->night.cells) {
      for (const auto& crash : cell.crashes) {
        known_.insert(crash.signature);
      }
    }
  }
}

std::map<Place, KernelState> Comparer::states_of(const Night& night) const
{
  std::map<Place, KernelState> states;
  for (const auto& cell : night.cells) {
    auto& state = states[place_of(cell)];
    const bool is_broken = cell.verdict == Verdict::build_failed ||
                           cell.verdict == Verdict::apply_failed;
    state.is_broken |= is_broken;
    state.is_built |= cell.observations > 0;
    state.runs += cell.observations;
    state.unbooted += cell.unbooted;
    if (is_broken && state.title.empty()) {
      state.title = cell.title;
    }
  }
  return states;
}

/// Of the last night before of which that much is known.
std::optional<KernelState> Comparer::last_state(const Place& place,
                                                bool (KernelState::*is_wanted)()
                                                    const) const
{
  const auto& past = nights_.past();
  for (auto night = past.rbegin(); night != past.rend(); ++night) {
    const auto states = states_of((*night)->night);
    const auto found = states.find(place);
    if (found != states.end() && (found->second.*is_wanted)()) {
      return found->second;
    }
  }
  return std::nullopt;
}

/// One for all targets that a kernel was built for.
static void add_build(std::vector<Change>& changes, Change change)
{
  for (auto& other : changes) {
    if (other.kind == change.kind && other.kernel == change.kernel &&
        other.kconfig == change.kconfig && other.title == change.title) {
      other.also.push_back(fmt::format(
          "{} {} {}", change.target, change.kernel, change.kconfig));
      return;
    }
  }
  changes.push_back(std::move(change));
}

void Comparer::compare_builds()
{
  for (const auto& [place, now] : states_of(tonight_)) {
    const auto before = last_state(place, &KernelState::is_known);
    if (!now.is_known() || !before || before->is_broken == now.is_broken) {
      continue;
    }
    NightCell cell;
    cell.kernel = place[0];
    cell.target = place[1];
    cell.kconfig = place[2];
    auto change = change_of(now.is_broken ? ChangeKind::build_broken
                                          : ChangeKind::build_mended,
                            cell);
    change.title = now.is_broken ? now.title : before->title;
    change.good = nights_.last_commit();
    add_build(result_.changes, std::move(change));
  }
}

/// What never booted and does now; the other way it is a new crash.
void Comparer::compare_boots()
{
  for (const auto& [place, now] : states_of(tonight_)) {
    const auto broken = nights_.last_boot_change(place[1], place[0], place[2]);
    if (!broken || broken->kind != ChangeKind::boot_broken || now.runs == 0 ||
        now.never_boots()) {
      continue;
    }
    auto change = *broken;
    change.kind = ChangeKind::boot_mended;
    change.before = broken->after;
    change.after = {now.unbooted, now.runs};
    change.since = tonight_.job;
    change.since_day = tonight_.day;
    change.good = nights_.last_commit();
    change.bad = tonight_.commit;
    change.run_id.clear();
    result_.changes.push_back(std::move(change));
  }
}

void Comparer::add_new_crash(const NightCell& cell, const NightCrash& crash)
{
  for (auto& other : result_.changes) {
    if (other.signature == crash.signature && is_worse(other.kind)) {
      if (!is_about(other, cell)) {
        other.also.push_back(label_of(cell));
      }
      return;
    }
  }
  const auto states = states_of(tonight_);
  const auto& state = states.at(place_of(cell));
  const auto track = nights_.rates(cell, crash.signature);
  auto change = change_of(ChangeKind::new_crash, cell);
  if (state.never_boots()) {
    change.kind = ChangeKind::boot_broken;
    change.workload.clear();
  }
  change.signature = crash.signature;
  change.title = crash.title;
  change.run_id = crash.run_id;
  change.after = {crash.runs, cell.observations};
  change.before = track.sum(0, track.size() - 1);
  change.chance = chance_of_as_many(change.before, change.after);
  change.good = track.size() > 1 ? track.commit(track.size() - 2) : "";
  result_.changes.push_back(std::move(change));
}

void Comparer::find_new_crashes()
{
  for (const auto& cell : tonight_.cells) {
    for (const auto& crash : cell.crashes) {
      if (!known_.contains(crash.signature) && nights_.has_cell(cell)) {
        add_new_crash(cell, crash);
      }
    }
  }
}

/// Told already tonight.
bool Comparer::is_settled(const NightCell& cell,
                          const std::string& signature) const
{
  return std::any_of(
      result_.changes.begin(), result_.changes.end(), [&](const Change& c) {
        return c.signature == signature && is_about(c, cell);
      });
}

/// It was gone, and is seen again: no test needs to say so.
void Comparer::add_crash_back(Change change, const RateTrack& track)
{
  const auto last = track.size() - 1;
  change.kind = ChangeKind::crash_back;
  change.before = track.sum(0, last);
  change.after = track.rates.at(last);
  change.chance = chance_of_as_many(change.before, change.after);
  change.good = last > 0 ? track.commit(last - 1) : "";
  result_.changes.push_back(std::move(change));
}

void Comparer::test_rate(const NightCell& cell, const std::string& signature)
{
  const auto track = nights_.rates(cell, signature);
  auto change = change_of(ChangeKind::rate_up, cell);
  change.signature = signature;
  change.title = nights_.title_of(signature);
  change.run_id = run_with(cell, signature);
  if (track.began_with == ChangeKind::gone && track.rates.back().failed > 0) {
    add_crash_back(std::move(change), track);
    return;
  }
  const auto split = best_split(track);
  if (!split) {
    return;
  }
  change.before = split->before;
  change.after = split->after;
  change.chance = split->chance;
  if (!split->is_up) {
    change.kind =
        split->after.failed == 0 ? ChangeKind::gone : ChangeKind::rate_down;
    change.bad = track.commit(split->begin);
  }
  change.since = track.job(split->begin);
  change.since_day = track.day(split->begin);
  change.good = track.commit(split->begin - 1);
  crash_tests_.push_back(std::move(change));
}

void Comparer::test_rates(const NightCell& cell)
{
  for (const auto& signature : nights_.signatures_in(cell)) {
    if (known_.contains(signature) && !is_settled(cell, signature)) {
      test_rate(cell, signature);
    }
  }
}

void Comparer::test_teardown(const NightCell& cell)
{
  const auto track = nights_.teardown(cell);
  const auto split = best_split(track);
  if (!split) {
    return;
  }
  auto change = change_of(split->after_us > split->before_us
                              ? ChangeKind::teardown_slower
                              : ChangeKind::teardown_faster,
                          cell);
  change.before_us = split->before_us;
  change.after_us = split->after_us;
  change.chance = split->chance;
  change.since = track.job(split->begin);
  change.since_day = track.day(split->begin);
  change.good = track.commit(split->begin - 1);
  change.bad = track.commit(split->begin);
  time_tests_.push_back(std::move(change));
}

/// All tests of one kind stand and fall together.
void Comparer::call_discoveries(std::vector<Change> candidates)
{
  std::vector<double> chances;
  for (const auto& change : candidates) {
    chances.push_back(change.chance);
  }
  const auto called = discoveries(chances, false_discoveries);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (called[i]) {
      result_.changes.push_back(std::move(candidates[i]));
    }
  }
}

Comparison Comparer::compare()
{
  result_.after = tonight_.job;
  result_.after_day = tonight_.day;
  result_.after_commit = tonight_.commit;
  result_.nights = nights_.past().size();
  count_cells();
  if (nights_.past().empty()) {
    return std::move(result_);
  }
  const auto& last = nights_.past().back()->night;
  result_.before = last.job;
  result_.before_day = last.day;
  result_.before_commit = last.commit;
  collect_known();
  compare_builds();
  compare_boots();
  find_new_crashes();
  for (const auto& cell : tonight_.cells) {
    if (cell.observations > 0) {
      test_rates(cell);
      test_teardown(cell);
    }
  }
  call_discoveries(std::move(crash_tests_));
  call_discoveries(std::move(time_tests_));
  std::stable_sort(result_.changes.begin(),
                   result_.changes.end(),
                   [](const Change& a, const Change& b) {
                     return is_worse(a.kind) && !is_worse(b.kind);
                   });
  return std::move(result_);
}

Comparison compare_nights(const std::vector<PastNight>& past,
                          const Night& tonight,
                          const std::set<std::string>& known)
{
  return Comparer(past, tonight, known).compare();
}

} // namespace oopsfarm
