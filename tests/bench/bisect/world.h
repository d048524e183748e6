// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace bench {

constexpr std::size_t commits = 128;
constexpr double build_s = 25;
constexpr double run_s = 30;

/// What a row of the table is about.
struct Cell
{
  const char* name;
  double rate;
  double background = 0; ///< of the same signature, before the culprit
  double other = 0;      ///< crashes of other signatures, anywhere
  double broken = 0;     ///< part of the commits that don't build
};

enum class Seen { crash, other, pass, unbuildable };

/// One bug: the commit that brought it, and what each run shows.
class World
{
public:
  World(const Cell& cell, std::uint64_t seed)
      : cell_(cell), random_(seed),
        culprit_(
            std::uniform_int_distribution<std::size_t>(1, commits)(random_)),
        broken_(commits + 1)
  {
    // The ends build: somebody has seen them.
    for (std::size_t i = 1; i < commits; ++i) {
      broken_[i] = chance(cell.broken);
    }
  }

  std::size_t culprit() const { return culprit_; }

  bool is_broken(std::size_t commit) const { return broken_[commit]; }

  /// Tries commit 0 (good end) to 128 (bad end), without counting the cost.
  Seen run(std::size_t commit)
  {
    if (broken_[commit]) {
      return Seen::unbuildable;
    }
    if (chance(cell_.other)) {
      return Seen::other;
    }
    return chance(commit >= culprit_ ? cell_.rate : cell_.background)
               ? Seen::crash
               : Seen::pass;
  }

  bool chance(double p)
  {
    return std::uniform_real_distribution<double>(0, 1)(random_) < p;
  }

  std::size_t draw(std::size_t from, std::size_t to)
  {
    return std::uniform_int_distribution<std::size_t>(from, to)(random_);
  }

private:
  Cell cell_;
  std::mt19937_64 random_;
  std::size_t culprit_;
  std::vector<bool> broken_;
};

/// Runs and builds one after another, with their price.
class Till
{
public:
  explicit Till(World& world) : world_(world), built_(commits + 1) {}

  Seen run(std::size_t commit)
  {
    if (!built_[commit]) {
      built_[commit] = true;
      seconds += build_s;
    }
    const auto seen = world_.run(commit);
    if (seen != Seen::unbuildable) {
      seconds += run_s;
      ++runs;
    }
    return seen;
  }

  bool is_built(std::size_t commit) const { return built_[commit]; }

  double seconds = 0;
  std::size_t runs = 0;

private:
  World& world_;
  std::vector<bool> built_;
};

/// What a strategy says: the culprit is one of these (none: no answer).
struct Verdict
{
  std::vector<std::size_t> commits;
  double seconds = 0;
  std::size_t runs = 0;
};

/// git bisect run whose script runs up to `times` and ends at the first crash,
/// any crash: an exit code has no signature. Neither end is tested.
Verdict git_bisect(World& world, std::size_t times);

/// syzkaller's rules: 20 runs at the bad end, 10 or, once the crash is seen in
/// less than half of a bad commit's runs, 20 a step; bad at max(2, N / 6), good
/// without a crash, skipped between; published at a confidence of 0.66.
Verdict syzkaller(World& world);

/// A Beta-Bernoulli posterior with Jeffreys priors on both sides, the probe of
/// least expected entropy, until one commit has 0.95 (bayesect's rules).
Verdict beta_bernoulli(World& world);

} // namespace bench
