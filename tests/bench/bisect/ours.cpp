// SPDX-License-Identifier: GPL-2.0-or-later
#include "ours.h"

#include "bisect/bisection.h"

#include <algorithm>
#include <cmath>

namespace bench {

using namespace oopsfarm;

namespace {

constexpr std::size_t most_runs = 5000;

/// Three suspects with most of the weight, as a ranking gives it.
std::vector<double> make_ranking(World& world, Ranking ranking)
{
  if (ranking == Ranking::none) {
    return {};
  }
  std::vector<double> weights(commits, 0.2 / commits);
  std::array<std::size_t, 3> top{};
  for (auto& place : top) {
    do {
      place = world.draw(1, commits);
    } while (place == world.culprit() ||
             std::count(top.begin(), top.end(), place) > 1);
  }
  if (ranking == Ranking::right) {
    top.at(world.draw(0, top.size() - 1)) = world.culprit();
  }
  constexpr std::array<double, 3> shares{0.4, 0.25, 0.15};
  for (std::size_t i = 0; i < top.size(); ++i) {
    weights[top[i] - 1] += shares[i];
  }
  return weights;
}

/// A slot with a probe in it.
struct Busy
{
  Probe probe;
  double end;
};

class Farm
{
public:
  Farm(World& world, std::size_t slots, Ranking ranking)
      : world_(world), slots_(slots),
        bisection_(
            History::line(commits), options(), make_ranking(world, ranking)),
        ready_(commits + 1, -1)
  {
  }

  std::array<Reached, confidences.size()> work()
  {
    std::array<Reached, confidences.size()> marks;
    while (!marks.back().reached && runs_ < most_runs) {
      fill();
      if (busy_.empty()) {
        break;
      }
      finish();
      look(marks);
    }
    return marks;
  }

private:
  static BisectOptions options()
  {
    BisectOptions options;
    options.confidence = confidences.front(); // each is looked at by itself
    return options;
  }

  void fill()
  {
    const Costs costs{[this](const Probe& probe) {
                        const auto ready = ready_[probe.node];
                        return ready < 0 ? build_s
                                         : std::max(ready - now_, 0.0);
                      },
                      [](std::size_t) { return run_s; }};
    while (busy_.size() < slots_) {
      std::vector<Probe> pending;
      for (const auto& busy : busy_) {
        pending.push_back(busy.probe);
      }
      const auto probe = bisection_.next(costs, pending);
      if (!probe) {
        return;
      }
      auto& ready = ready_[probe->node];
      ready = ready < 0 ? now_ + build_s : std::max(ready, now_);
      const auto run = world_.is_broken(probe->node) ? 0 : run_s;
      busy_.push_back({*probe, ready + run});
    }
  }

  void finish()
  {
    const auto first = std::min_element(
        busy_.begin(), busy_.end(), [](const Busy& a, const Busy& b) {
          return a.end < b.end;
        });
    const auto probe = first->probe;
    now_ = first->end;
    busy_.erase(first);
    const auto seen = world_.run(probe.node);
    runs_ += seen == Seen::unbuildable ? 0 : 1;
    bisection_.add({probe,
                    seen == Seen::crash   ? Sight::crash
                    : seen == Seen::pass  ? Sight::pass
                    : seen == Seen::other ? Sight::other
                                          : Sight::unbuildable});
  }

  void look(std::array<Reached, confidences.size()>& marks)
  {
    const auto answer = bisection_.answer();
    const auto& said = answer.culprits;
    const bool right =
        std::count(said.begin(), said.end(), world_.culprit()) > 0;
    const auto sure = std::min(answer.probability, answer.assurance);
    for (std::size_t i = 0; i < marks.size(); ++i) {
      auto& mark = marks.at(i);
      if (std::abs(answer.probability - confidences.at(i)) < near.at(i)) {
        ++mark.words;
        mark.right_words += right ? 1 : 0;
        mark.stated_words += answer.probability;
      }
      if (!mark.reached && answer.conclusion != Conclusion::undecided &&
          sure >= confidences.at(i)) {
        mark.reached = true;
        mark.right = right;
        mark.stated = answer.probability;
        mark.seconds = now_;
        mark.runs = runs_;
        mark.said = said.size();
      }
    }
  }

  World& world_;
  std::size_t slots_;
  Bisection bisection_;
  std::vector<double> ready_; ///< when the kernel is there; -1: not asked for
  std::vector<Busy> busy_;
  double now_ = 0;
  std::size_t runs_ = 0;
};

} // namespace

std::array<Reached, confidences.size()>
ours(World& world, std::size_t slots, Ranking ranking)
{
  return Farm(world, slots, ranking).work();
}

} // namespace bench
