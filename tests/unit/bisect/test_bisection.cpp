// SPDX-License-Identifier: GPL-2.0-or-later
#include "bisect/bisection.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>
#include <set>

using namespace oopsfarm;

namespace {

/// Kernels cost 25 s once, runs 30 s; the probes that were asked for.
class Driver
{
public:
  using Try = std::function<Sight(const Probe&)>;

  Driver(Bisection& bisection, Try attempt)
      : bisection_(bisection), try_(std::move(attempt))
  {
  }

  Costs costs()
  {
    return {[this](const Probe& probe) {
              return built_.count(probe.node) > 0 ? 0.0 : 25.0;
            },
            [this](std::size_t channel) { return run_costs.at(channel); }};
  }

  /// Until an answer, or so many probes.
  Answer work(std::size_t most = 3000)
  {
    while (!bisection_.done() && probes.size() < most) {
      const auto probe = bisection_.next(costs());
      if (!probe) {
        break;
      }
      probes.push_back(*probe);
      built_.insert(probe->node);
      bisection_.add({*probe, try_(*probe)});
    }
    return bisection_.answer();
  }

  std::vector<Probe> probes;
  std::vector<double> run_costs = {30.0, 30.0};

private:
  Bisection& bisection_;
  Try try_;
  std::set<Node> built_;
};

Driver::Try always_from(Node culprit)
{
  return [culprit](const Probe& probe) {
    return probe.node >= culprit ? Sight::crash : Sight::pass;
  };
}

/// A crash that comes in some runs, from a commit on; the same in every test.
class Flaky
{
public:
  explicit Flaky(double rate, unsigned seed = 1) : rate_(rate), random_(seed) {}

  Sight operator()(bool is_in)
  {
    return is_in && std::bernoulli_distribution(rate_)(random_) ? Sight::crash
                                                                : Sight::pass;
  }

private:
  double rate_;
  std::mt19937 random_;
};

std::vector<Node> just(Node node)
{
  return {node};
}

} // namespace

TEST_CASE("Bisection finds the culprit")
{
  SUBCASE("of a crash that always comes, wherever it is")
  {
    for (Node culprit = 1; culprit <= 16; ++culprit) {
      Bisection bisection(History::line(16), {});
      Driver driver(bisection, always_from(culprit));
      const auto answer = driver.work();
      CHECK(answer.conclusion == Conclusion::culprit);
      CHECK(answer.culprits == just(culprit));
      CHECK(answer.probability >= 0.95);
      CHECK(driver.probes.size() < 14);
    }
  }
  SUBCASE("with the bad end verified first")
  {
    Bisection bisection(History::line(16), {});
    Flaky flaky(0.3);
    std::size_t crashes = 0;
    Driver driver(bisection, [&](const Probe& probe) {
      if (crashes == 0) {
        CHECK(probe.node == 16);
      }
      const auto sight = flaky(probe.node >= 5);
      crashes += sight == Sight::crash ? 1 : 0;
      return sight;
    });
    CHECK(driver.work().culprits == just(5));
  }
  SUBCASE("in a side branch")
  {
    // 1 - 2 - 3 ----- 7 (merge) - 8
    //   \- 4 - 5 - 6 -/
    const auto history =
        History::make({{}, {1}, {2}, {1}, {4}, {5}, {3, 6}, {7}});
    REQUIRE(history);
    for (const Node culprit : {3U, 5U, 7U}) {
      Bisection bisection(*history, {});
      Driver driver(bisection, [&](const Probe& probe) {
        return history->contains(probe.node, culprit) ? Sight::crash
                                                      : Sight::pass;
      });
      CHECK(driver.work().culprits == just(culprit));
    }
  }
  SUBCASE("names all that can't be told apart when commits don't build")
  {
    Bisection bisection(History::line(32), {});
    const std::set<Node> broken{10, 11, 12, 20};
    Driver driver(bisection, [&](const Probe& probe) {
      return broken.count(probe.node) > 0 ? Sight::unbuildable
             : probe.node >= 11           ? Sight::crash
                                          : Sight::pass;
    });
    const auto answer = driver.work();
    CHECK(answer.conclusion == Conclusion::culprit);
    CHECK(answer.culprits == std::vector<Node>{10, 11, 12, 13});
    for (const auto node : broken) {
      CHECK(std::count(driver.probes.begin(),
                       driver.probes.end(),
                       Probe{node, 0}) <= 1);
    }
  }
}

TEST_CASE("Bisection says when there is no culprit")
{
  SUBCASE("since the base has it already")
  {
    Bisection bisection(History::line(64), {});
    Driver driver(bisection, always_from(0));
    CHECK(driver.work().conclusion == Conclusion::base_has_it);
    CHECK(std::any_of(driver.probes.begin(),
                      driver.probes.end(),
                      [](const Probe& probe) { return probe.node == 0; }));
  }
  SUBCASE("since the bad end does not show it")
  {
    Bisection bisection(History::line(64), {});
    Driver driver(bisection, always_from(65));
    CHECK(driver.work().conclusion == Conclusion::not_here);
  }
  SUBCASE("yet, and then holds 90 % in as few commits as it can")
  {
    Bisection bisection(History::line(64), {});
    Driver driver(bisection, always_from(20));
    const auto answer = driver.work(4);
    CHECK(answer.conclusion == Conclusion::undecided);
    CHECK(answer.candidates_mass >= 0.9);
    CHECK(answer.candidates.size() < 60);
    CHECK(std::count(answer.candidates.begin(), answer.candidates.end(), 20) ==
          1);
  }
}

TEST_CASE("Bisection::add")
{
  Bisection bisection(History::line(8), {});
  const auto before = bisection.posterior();
  SUBCASE("other crashes, infra and boot failures are no evidence")
  {
    for (const auto sight : {Sight::other, Sight::infra, Sight::boot_failed}) {
      bisection.add({{4, 0}, sight});
      CHECK(bisection.posterior() == before);
    }
  }
  SUBCASE("a commit that never boots is left alone after three tries")
  {
    for (int i = 0; i < 3; ++i) {
      CHECK(bisection.testable(4));
      bisection.add({{4, 0}, Sight::boot_failed});
    }
    CHECK_FALSE(bisection.testable(4));
  }
  SUBCASE("a crash rules out what comes later, a pass moves weight there")
  {
    bisection.add({{4, 0}, Sight::crash});
    const auto after = bisection.posterior();
    CHECK(after[3] > 5 * after[6]);
    bisection.add({{2, 0}, Sight::pass});
    CHECK(bisection.posterior()[4] > bisection.posterior()[1]);
  }
  SUBCASE("the posterior sums to 1")
  {
    bisection.add({{8, 0}, Sight::crash});
    bisection.add({{3, 0}, Sight::pass});
    const auto masses = bisection.posterior();
    CHECK(masses.size() == 10);
    CHECK(std::accumulate(masses.begin(), masses.end(), 0.0) ==
          doctest::Approx(1));
  }
  SUBCASE("a human's word counts more than a run, and less than many")
  {
    bisection.add({{8, 0}, Sight::crash});
    bisection.add({{4, 0}, Sight::told_good});
    const auto told = bisection.posterior();
    CHECK(told[6] > 100 * told[3]);
    for (int i = 0; i < 8; ++i) {
      bisection.add({{4, 0}, Sight::crash});
    }
    const auto seen = bisection.posterior();
    CHECK(seen[3] > seen[6]);
  }
  SUBCASE("answer_after is the answer after it")
  {
    bisection.add({{8, 0}, Sight::crash});
    const auto what_if = bisection.answer_after({{4, 0}, Sight::crash});
    bisection.add({{4, 0}, Sight::crash});
    CHECK(what_if.probability ==
          doctest::Approx(bisection.answer().probability));
    CHECK(what_if.candidates == bisection.answer().candidates);
  }
}

TEST_CASE("Bisection::next")
{
  SUBCASE("a kernel that stands is preferred to one that has to be built")
  {
    Bisection bisection(History::line(128), {});
    bisection.add({{128, 0}, Sight::crash});
    const Costs costs{
        [](const Probe& probe) { return probe.node == 70 ? 0.0 : 500.0; },
        [](std::size_t) { return 10.0; }};
    const auto probe = bisection.next(costs);
    REQUIRE(probe);
    CHECK(probe->node == 70);
  }
  SUBCASE("what is under way is not asked again while the rest is open")
  {
    Bisection bisection(History::line(128), {});
    bisection.add({{128, 0}, Sight::crash});
    Driver driver(bisection, always_from(50));
    std::vector<Probe> pending;
    for (int slot = 0; slot < 4; ++slot) {
      const auto probe = bisection.next(driver.costs(), pending);
      REQUIRE(probe);
      CHECK(std::find(pending.begin(), pending.end(), *probe) == pending.end());
      pending.push_back(*probe);
    }
  }
  SUBCASE("leaves what is known as it was, whatever is pending")
  {
    Bisection bisection(History::line(128), {});
    bisection.add({{128, 0}, Sight::crash});
    const auto before = bisection.posterior();
    Driver driver(bisection, always_from(50));
    const auto probe = bisection.next(driver.costs(), {{64, 0}, {90, 0}});
    CHECK(probe);
    CHECK(bisection.posterior() == before);
  }
  SUBCASE("a right ranking saves runs, a wrong one does not mislead")
  {
    std::vector<double> ranking(64, 0.1 / 64);
    ranking[39] = 0.9;
    Bisection flat(History::line(64), {});
    Bisection right(History::line(64), {}, ranking);
    Bisection wrong(History::line(64), {}, ranking);
    Driver flat_driver(flat, always_from(40));
    Driver right_driver(right, always_from(40));
    Driver wrong_driver(wrong, always_from(10));
    CHECK(flat_driver.work().culprits == just(40));
    CHECK(right_driver.work().culprits == just(40));
    CHECK(wrong_driver.work().culprits == just(10));
    CHECK(right_driver.probes.size() < flat_driver.probes.size());
  }
  SUBCASE("nothing is left when no commit can be tested")
  {
    Bisection bisection(History::line(2), {});
    for (const Node node : {0U, 1U, 2U}) {
      bisection.add({{node, 0}, Sight::unbuildable});
    }
    Driver driver(bisection, always_from(1));
    CHECK_FALSE(bisection.next(driver.costs()));
  }
}

TEST_CASE("Bisection on two channels")
{
  BisectOptions options;
  options.channels = 2;
  SUBCASE("one culprit from both, with rates of their own")
  {
    Bisection bisection(History::line(32), options);
    Flaky often(0.9, 2);
    Flaky seldom(0.2, 3);
    Driver driver(bisection, [&](const Probe& probe) {
      return (probe.channel == 0 ? often : seldom)(probe.node >= 21);
    });
    driver.run_costs = {30, 90};
    const auto answer = driver.work();
    CHECK(answer.culprits == just(21));
    const auto cheap =
        std::count_if(driver.probes.begin(),
                      driver.probes.end(),
                      [](const Probe& probe) { return probe.channel == 0; });
    CHECK(2 * cheap > static_cast<long>(driver.probes.size()));
  }
  SUBCASE("a channel that never shows it is found out, and the other used")
  {
    Bisection bisection(History::line(32), options);
    Driver driver(bisection, [&](const Probe& probe) {
      return probe.channel == 1 && probe.node >= 9 ? Sight::crash : Sight::pass;
    });
    driver.run_costs = {10, 30};
    const auto answer = driver.work();
    CHECK(answer.conclusion == Conclusion::culprit);
    CHECK(answer.culprits == just(9));
    CHECK(answer.rates[1].affected > 0.99);
    CHECK(answer.rates[0].affected < 0.6);
  }
}
