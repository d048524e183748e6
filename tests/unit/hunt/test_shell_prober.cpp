// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/shell_prober.h"
#include "support/git_repo.h"

#include <csignal>

using namespace oopsfarm;
using namespace oopsfarm::testing;

namespace {

/// Three commits whose file `f` says 0, 1, 2.
struct Shop
{
  Shop()
  {
    for (int i = 0; i < 3; ++i) {
      setup.commits.push_back(repo.commit("f", std::to_string(i), "c"));
    }
    setup.git_dir = repo.git_dir();
    setup.folder = folder.path() / "bisection";
  }

  std::unique_ptr<Prober> open()
  {
    auto made = make_shell_prober(setup, repo.processes, stop);
    REQUIRE_MESSAGE(made, made.error().message);
    return std::move(*made);
  }

  /// Starts them all, and waits for all.
  std::vector<Trial> tried(Prober& prober, const std::vector<Node>& nodes)
  {
    for (const auto node : nodes) {
      REQUIRE(prober.start({++number, {node, 0}}));
    }
    std::vector<Trial> trials;
    while (trials.size() < nodes.size()) {
      auto some = prober.wait(std::chrono::seconds(20));
      REQUIRE_MESSAGE(some, some.error().message);
      REQUIRE_FALSE(some->empty());
      trials.insert(trials.end(), some->begin(), some->end());
    }
    return trials;
  }

  Outcome outcome(const std::string& run)
  {
    setup.run = run;
    const auto prober = open();
    return tried(*prober, {1}).front().record.outcome;
  }

  GitRepo repo;
  TempFolder folder = temp_folder();
  Stop stop;
  ShellSetup setup;
  std::uint64_t number = 0;
};

} // namespace

TEST_CASE("make_shell_prober")
{
  Shop shop;
  SUBCASE("takes exit codes as git bisect run does")
  {
    CHECK(shop.outcome("exit 0") == Outcome::pass);
    CHECK(shop.outcome("exit 1") == Outcome::crash);
    CHECK(shop.outcome("exit 127") == Outcome::crash);
    CHECK(shop.outcome("exit 125") == Outcome::unbuildable);
    shop.setup.run = "exit 128";
    const auto prober = shop.open();
    REQUIRE(prober->start({9, {1, 0}}));
    CHECK_FALSE(prober->wait(std::chrono::seconds(20)));
  }
  SUBCASE("runs several commits at a time, each in its own files")
  {
    shop.setup.run = "exit $(cat f)";
    shop.setup.jobs = 2;
    const auto prober = shop.open();
    for (const auto& trial : shop.tried(*prober, {0, 2})) {
      CHECK(trial.record.outcome ==
            (trial.attempt.probe.node == 0 ? Outcome::pass : Outcome::crash));
    }
  }
  SUBCASE("reads the signature, and builds a commit that stands once")
  {
    const auto count = (shop.folder.path() / "count").string();
    shop.setup.build = "echo x >> " + count;
    shop.setup.run = "echo 'noise'; echo 'BUG: it (17)' >&2; exit 3";
    shop.setup.signature = "(BUG: [a-z]+)";
    const auto prober = shop.open();
    CHECK(prober->build_part({1, 0}) == 1);
    const auto first = shop.tried(*prober, {1}).front().record;
    CHECK(first.signature == "BUG: it");
    CHECK(first.built);
    CHECK(prober->build_part({1, 0}) == 0);
    CHECK_FALSE(shop.tried(*prober, {1}).front().record.built);
    CHECK(*read_file(count) == "x\n");
  }
  SUBCASE("a build that fails is said with its last line")
  {
    shop.setup.build = "echo no such header >&2; exit 1";
    shop.setup.run = "true";
    const auto prober = shop.open();
    const auto record = shop.tried(*prober, {2}).front().record;
    CHECK(record.outcome == Outcome::unbuildable);
    CHECK(record.detail == "no such header");
  }
  SUBCASE("a stop ends what runs, and nothing but logs is left")
  {
    shop.setup.run = "sleep 600";
    shop.setup.jobs = 2;
    {
      const auto prober = shop.open();
      REQUIRE(prober->start({1, {0, 0}}));
      REQUIRE(prober->start({2, {1, 0}}));
      shop.stop.request(SIGTERM);
      const auto trials = prober->wait(std::chrono::seconds(20));
      REQUIRE(trials);
      CHECK(trials->empty());
    }
    CHECK(names_in(shop.setup.folder) == std::vector<std::string>{"logs"});
    CHECK(names_in(shop.repo.git_dir() / "worktrees").empty());
  }
  SUBCASE("an expression that is none is the user's fault")
  {
    shop.setup.signature = "(";
    const auto made =
        make_shell_prober(shop.setup, shop.repo.processes, shop.stop);
    REQUIRE_FALSE(made);
    CHECK(made.error().fault == Fault::user);
  }
}
