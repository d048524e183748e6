// SPDX-License-Identifier: GPL-2.0-or-later
// Simulated bisections, one JSON object for each row and strategy:
//   bisect_trials TRIALS SEED THREADS [ROWS [STRATEGY...]]
// ROWS: which, as digits from 0; "all".
// All strategies meet the same bugs. The driver of tests/bench/bisect/bisect;
// not installed.
#include "ours.h"
#include "world.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

using namespace bench;

namespace {

constexpr std::array<Cell, 7> cells{{
    {"1.0", 1.0},
    {"0.5", 0.5},
    {"0.3", 0.3},
    {"0.1", 0.1},
    {"0.3, 5% other crashes", 0.3, 0, 0.05},
    {"0.3, 3% before", 0.3, 0.03},
    {"0.3, 15% unbuildable", 0.3, 0, 0, 0.15},
}};

/// What trials of one kind sum up to.
struct Sum
{
  std::size_t trials = 0;
  std::size_t answered = 0;
  std::size_t right = 0;
  double stated = 0;
  double seconds = 0;
  double runs = 0;
  double said = 0;
  /// Every word said near this confidence on the way: how many, how many right.
  double words = 0;
  double right_words = 0;
  double stated_words = 0;
};

nlohmann::json to_json(const Sum& sum)
{
  return {{"trials", sum.trials},
          {"answered", sum.answered},
          {"right", sum.right},
          {"stated", sum.stated},
          {"seconds", sum.seconds},
          {"runs", sum.runs},
          {"said", sum.said},
          {"words", sum.words},
          {"right_words", sum.right_words},
          {"stated_words", sum.stated_words}};
}

std::uint64_t seed_of(std::uint64_t seed, std::size_t cell, std::size_t trial)
{
  return (seed * 1000 + cell) * 1000003 + trial;
}

/// Bits a run of a channel that crashes with `rate` on one side only, at the
/// best share of runs on that side (a Z-channel's capacity).
double capacity(double rate)
{
  return rate >= 1
             ? 1
             : std::log2(1 + rate * std::pow(1 - rate, (1 - rate) / rate));
}

struct Strategy
{
  std::string name;
  std::size_t sums; ///< how many kinds of result a trial has
  std::function<void(World&, std::vector<Sum>&)> play;
};

void add(Sum& sum, const Verdict& verdict, const World& world)
{
  ++sum.trials;
  sum.answered += verdict.commits.empty() ? 0 : 1;
  for (const auto commit : verdict.commits) {
    sum.right += commit == world.culprit() ? 1 : 0;
  }
  sum.seconds += verdict.seconds;
  sum.runs += static_cast<double>(verdict.runs);
  sum.said += static_cast<double>(verdict.commits.size());
}

Strategy other(const std::string& name,
               const std::function<Verdict(World&)>& play)
{
  return {name, 1, [play](World& world, std::vector<Sum>& sums) {
            add(sums[0], play(world), world);
          }};
}

Strategy own(const std::string& name, std::size_t slots, Ranking ranking)
{
  return {name, confidences.size(), [=](World& world, std::vector<Sum>& sums) {
            const auto marks = ours(world, slots, ranking);
            for (std::size_t i = 0; i < marks.size(); ++i) {
              ++sums[i].trials;
              sums[i].answered += marks[i].reached ? 1 : 0;
              sums[i].right += marks[i].right ? 1 : 0;
              sums[i].stated += marks[i].stated;
              sums[i].seconds += marks[i].seconds;
              sums[i].runs += static_cast<double>(marks[i].runs);
              sums[i].said += static_cast<double>(marks[i].said);
              sums[i].words += static_cast<double>(marks[i].words);
              sums[i].right_words += static_cast<double>(marks[i].right_words);
              sums[i].stated_words += marks[i].stated_words;
            }
          }};
}

std::vector<Strategy> strategies()
{
  return {
      other("git 1", [](World& world) { return git_bisect(world, 1); }),
      other("git 10", [](World& world) { return git_bisect(world, 10); }),
      other("syzkaller", syzkaller),
      other("beta-bernoulli", beta_bernoulli),
      own("ours", 1, Ranking::none),
      own("ours, 4 slots", 4, Ranking::none),
      own("ours, right prior", 1, Ranking::right),
      own("ours, wrong prior", 1, Ranking::wrong),
  };
}

void merge(std::vector<Sum>& into, const std::vector<Sum>& from)
{
  for (std::size_t i = 0; i < into.size(); ++i) {
    into[i].trials += from[i].trials;
    into[i].answered += from[i].answered;
    into[i].right += from[i].right;
    into[i].stated += from[i].stated;
    into[i].seconds += from[i].seconds;
    into[i].runs += from[i].runs;
    into[i].said += from[i].said;
    into[i].words += from[i].words;
    into[i].right_words += from[i].right_words;
    into[i].stated_words += from[i].stated_words;
  }
}

/// All trials of a row, on several threads. The result does not depend on how
/// many, but for the last digits of the sums.
std::vector<Sum> play(const Strategy& strategy,
                      std::size_t cell,
                      std::size_t trials,
                      std::uint64_t seed,
                      std::size_t threads)
{
  std::vector<Sum> total(strategy.sums);
  std::atomic<std::size_t> next = 0;
  std::mutex lock;
  std::vector<std::jthread> workers;
  for (std::size_t i = 0; i < threads; ++i) {
    workers.emplace_back([&] {
      std::vector<Sum> sums(strategy.sums);
      for (auto trial = next++; trial < trials; trial = next++) {
        World world(cells.at(cell), seed_of(seed, cell, trial));
        strategy.play(world, sums);
      }
      const std::scoped_lock guard(lock);
      merge(total, sums);
    });
  }
  workers.clear();
  return total;
}

} // namespace

int main(int argc, char** argv)
{
  if (argc < 4) {
    std::cerr
        << "usage: bisect_trials TRIALS SEED THREADS [ROWS [STRATEGY...]]\n";
    return 2;
  }
  const auto trials = std::stoul(argv[1]);
  const auto seed = std::stoull(argv[2]);
  const auto threads = std::stoul(argv[3]);
  const std::string rows = argc > 4 ? argv[4] : "all";
  const std::vector<std::string> wanted(argv + std::min(argc, 5), argv + argc);
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    if (rows != "all" && rows.find(std::to_string(cell)) == std::string::npos) {
      continue;
    }
    if (getenv("CELLS") && !strchr(getenv("CELLS"), char(48 + cell)))
      continue; // TUNE
    for (const auto& strategy : strategies()) {
      if (!wanted.empty() &&
          std::find(wanted.begin(), wanted.end(), strategy.name) ==
              wanted.end()) {
        continue;
      }
      const auto begun = std::chrono::steady_clock::now();
      const auto sums = play(strategy, cell, trials, seed, threads);
      const std::chrono::duration<double> took =
          std::chrono::steady_clock::now() - begun;
      nlohmann::json line{{"cell", cells.at(cell).name},
                          {"strategy", strategy.name},
                          {"capacity", capacity(cells.at(cell).rate)},
                          {"took_s", took.count()}};
      for (const auto& sum : sums) {
        line["results"].push_back(to_json(sum));
      }
      std::cout << line.dump() << std::endl;
    }
  }
}
