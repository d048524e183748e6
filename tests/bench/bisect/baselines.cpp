// SPDX-License-Identifier: GPL-2.0-or-later
// Other people's strategies, written from what is published about them.
#include "world.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

namespace bench {

namespace {

enum class Mark { unknown, good, bad, skip };

/// The halving that git bisect and syzkaller share: `judge` says what a commit
/// is; a skipped one is replaced by its nearest neighbour.
std::vector<std::size_t> halve(const std::function<Mark(std::size_t)>& judge)
{
  std::vector<Mark> marks(commits + 1, Mark::unknown);
  std::size_t good = 0;
  std::size_t bad = commits;
  while (true) {
    const auto middle = good + (bad - good) / 2;
    std::size_t best = 0;
    for (auto i = good + 1; i < bad; ++i) {
      const auto distance = [&](std::size_t commit) {
        return std::max(commit, middle) - std::min(commit, middle);
      };
      if (marks[i] == Mark::unknown &&
          (best == 0 || distance(i) < distance(best))) {
        best = i;
      }
    }
    if (best == 0) {
      break;
    }
    marks[best] = judge(best);
    if (marks[best] == Mark::good) {
      good = best;
    } else if (marks[best] == Mark::bad) {
      bad = best;
    }
  }
  std::vector<std::size_t> left(bad - good);
  std::iota(left.begin(), left.end(), good + 1);
  return left;
}

bool crashed(Seen seen)
{
  return seen == Seen::crash || seen == Seen::other;
}

} // namespace

Verdict git_bisect(World& world, std::size_t times)
{
  Till till(world);
  const auto left = halve([&](std::size_t commit) {
    for (std::size_t i = 0; i < times; ++i) {
      const auto seen = till.run(commit);
      if (seen == Seen::unbuildable) {
        return Mark::skip;
      }
      if (crashed(seen)) {
        return Mark::bad;
      }
    }
    return Mark::good;
  });
  return {left, till.seconds, till.runs};
}

namespace {

class Syzkaller
{
public:
  explicit Syzkaller(World& world) : till_(world) {}

  Mark judge(std::size_t commit)
  {
    const std::size_t total = is_flaky_ || is_first_ ? 20 : 10;
    is_first_ = false;
    std::size_t bad = 0;
    for (std::size_t i = 0; i < total; ++i) {
      const auto seen = till_.run(commit);
      if (seen == Seen::unbuildable) {
        return Mark::skip;
      }
      bad += crashed(seen) ? 1 : 0;
    }
    const auto ratio = static_cast<double>(bad) / static_cast<double>(total);
    if (bad >= std::max<std::size_t>(2, total / 6)) {
      is_flaky_ |= ratio < 0.5;
      reproduces_ = std::min(reproduces_, (reproduces_ + ratio) / 2);
      return Mark::bad;
    }
    if (bad == 0) {
      confidence_ *= 1 - std::pow(1 - reproduces_, static_cast<double>(total));
      return Mark::good;
    }
    return Mark::skip;
  }

  bool publishes() const { return confidence_ >= 0.66; }

  const Till& till() const { return till_; }

private:
  Till till_;
  bool is_first_ = true;
  bool is_flaky_ = false;
  double reproduces_ = 1;
  double confidence_ = 1;
};

} // namespace

Verdict syzkaller(World& world)
{
  Syzkaller rules(world);
  Verdict verdict;
  if (rules.judge(commits) == Mark::bad) {
    verdict.commits =
        halve([&](std::size_t commit) { return rules.judge(commit); });
  }
  if (!rules.publishes()) {
    verdict.commits.clear();
  }
  verdict.seconds = rules.till().seconds;
  verdict.runs = rules.till().runs;
  return verdict;
}

namespace {

/// The posterior over 1 … 128 from two Beta-Bernoulli sides.
class BetaBernoulli
{
public:
  void add(std::size_t commit, bool crash)
  {
    (crash ? crashes_ : passes_)[commit] += 1;
    update();
  }

  void forbid(std::size_t commit) { forbidden_[commit] = true; }

  std::size_t best() const
  {
    return static_cast<std::size_t>(
        std::max_element(mass_.begin() + 1, mass_.end()) - mass_.begin());
  }

  double mass(std::size_t commit) const { return mass_[commit]; }

  /// The commit whose run leaves the least entropy.
  std::size_t choose() const
  {
    // Parts of the entropy when a run crashes or passes, with the tested
    // commit on the new side and on the old side of each hypothesis.
    std::array<Side, 2> sides;
    for (std::size_t c = 1; c <= commits; ++c) {
      sides[0].add(mass_[c], after_[c]);
      sides[1].add(mass_[c], before_[c]);
    }
    double least = 1e300;
    std::size_t chosen = commits;
    for (std::size_t x = 0; x <= commits; ++x) {
      if (forbidden_[x]) {
        continue;
      }
      double entropy = 0;
      for (std::size_t outcome = 0; outcome < 2; ++outcome) {
        const auto sum =
            sides[0].sums[outcome][x] +
            (sides[1].sums[outcome][commits] - sides[1].sums[outcome][x]);
        const auto logs =
            sides[0].logs[outcome][x] +
            (sides[1].logs[outcome][commits] - sides[1].logs[outcome][x]);
        entropy += sum > 0 ? sum * std::log(sum) - logs : 0;
      }
      if (entropy < least - 1e-12) {
        least = entropy;
        chosen = x;
      }
    }
    return chosen;
  }

private:
  struct Side
  {
    /// [outcome][i]: sums of f and f log f over hypotheses 1 … i.
    std::array<std::vector<double>, 2> sums{std::vector<double>{0},
                                            std::vector<double>{0}};
    std::array<std::vector<double>, 2> logs = sums;

    void add(double mass, double rate)
    {
      const std::array<double, 2> parts{mass * rate, mass * (1 - rate)};
      for (std::size_t i = 0; i < 2; ++i) {
        sums[i].push_back(sums[i].back() + parts[i]);
        logs[i].push_back(logs[i].back() +
                          (parts[i] > 0 ? parts[i] * std::log(parts[i]) : 0));
      }
    }
  };

  static double log_beta(double crashes, double passes)
  {
    return std::lgamma(crashes + 0.5) + std::lgamma(passes + 0.5) -
           std::lgamma(crashes + passes + 1);
  }

  void update()
  {
    double crashes_before = crashes_[0];
    double passes_before = passes_[0];
    const auto all_crashes =
        std::accumulate(crashes_.begin(), crashes_.end(), 0.0);
    const auto all_passes =
        std::accumulate(passes_.begin(), passes_.end(), 0.0);
    std::vector<double> logs(commits + 1, -1e300);
    for (std::size_t c = 1; c <= commits; ++c) {
      const auto crashes = all_crashes - crashes_before;
      const auto passes = all_passes - passes_before;
      logs[c] =
          log_beta(crashes_before, passes_before) + log_beta(crashes, passes);
      after_[c] = (crashes + 0.5) / (crashes + passes + 1);
      before_[c] =
          (crashes_before + 0.5) / (crashes_before + passes_before + 1);
      crashes_before += crashes_[c];
      passes_before += passes_[c];
    }
    const auto best = *std::max_element(logs.begin(), logs.end());
    double total = 0;
    for (std::size_t c = 1; c <= commits; ++c) {
      mass_[c] = std::exp(logs[c] - best);
      total += mass_[c];
    }
    for (auto& mass : mass_) {
      mass /= total;
    }
  }

  std::vector<double> crashes_ = std::vector<double>(commits + 1);
  std::vector<double> passes_ = std::vector<double>(commits + 1);
  std::vector<bool> forbidden_ = std::vector<bool>(commits + 1);
  std::vector<double> after_ = std::vector<double>(commits + 1, 0.5);
  std::vector<double> before_ = std::vector<double>(commits + 1, 0.5);
  std::vector<double> mass_ = [] {
    std::vector<double> mass(commits + 1, 1.0 / commits);
    mass[0] = 0;
    return mass;
  }();
};

} // namespace

Verdict beta_bernoulli(World& world)
{
  constexpr std::size_t most_runs = 5000;
  Till till(world);
  BetaBernoulli belief;
  while (belief.mass(belief.best()) < 0.95 && till.runs < most_runs) {
    const auto commit = belief.choose();
    const auto seen = till.run(commit);
    if (seen == Seen::unbuildable) {
      belief.forbid(commit);
    } else {
      belief.add(commit, crashed(seen));
    }
  }
  return {{belief.best()}, till.seconds, till.runs};
}

} // namespace bench
