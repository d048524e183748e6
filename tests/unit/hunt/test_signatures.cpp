// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/case.h"
#include "hunt/recheck.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

namespace {

struct Bench
{
  explicit Bench(CaseSetup wanted = {})
  {
    std::vector<Commit> commits;
    for (int i = 0; i <= 8; ++i) {
      commits.push_back({std::to_string(i), "subject"});
    }
    wanted.range = line_of(std::move(commits), {});
    auto made = Case::make(std::move(wanted));
    REQUIRE(made);
    found = std::make_unique<Case>(std::move(*made));
  }

  void see(Node node, const std::string& signature, int times = 1)
  {
    for (int i = 0; i < times; ++i) {
      Record record;
      record.number = found->next_number();
      record.commit = std::to_string(node);
      record.channel = "run";
      record.outcome = signature.empty() ? Outcome::pass : Outcome::crash;
      record.signature = signature;
      record.detail = signature.empty() ? "" : "BUG in " + signature;
      REQUIRE(found->add(record));
    }
  }

  std::unique_ptr<Case> found;
};

CaseSetup joining()
{
  CaseSetup setup;
  setup.may_join = true;
  return setup;
}

} // namespace

TEST_CASE("Case: signatures that come and go with the crash count as it")
{
  Bench bench(joining());
  bench.see(8, "one", 4);
  bench.see(4, "one", 3);
  bench.see(3, "", 12);
  CHECK(bench.found->joined().empty());
  SUBCASE("once that is plain")
  {
    bench.see(8, "two", 1);
    bench.see(4, "two", 1);
    CHECK(bench.found->joined().empty()); // twice may be chance
    bench.see(5, "two", 2);
    CHECK(bench.found->joined() == std::set<std::string>{"two"});
    CHECK(bench.found->signatures() == std::vector<std::string>{"one", "two"});
    CHECK(bench.found->other_crashes().empty());
    CHECK(bench.found->title_of("two") == "BUG in two");
    const auto answer = bench.found->bisection().answer();
    CHECK(answer.rates[0].after.crashes == 11);
  }
  SUBCASE("not what comes without it, too")
  {
    bench.see(3, "flake");
    bench.see(8, "flake", 6);
    CHECK(bench.found->joined().empty());
    CHECK(bench.found->other_crashes().at("flake") == 7);
  }
  SUBCASE("and they leave when they come where it is not")
  {
    bench.see(5, "two", 6);
    CHECK_FALSE(bench.found->joined().empty());
    bench.see(2, "two");
    CHECK(bench.found->joined().empty());
  }
}

TEST_CASE("Case: a crash that was named")
{
  SUBCASE("by several signatures")
  {
    CaseSetup setup;
    setup.signatures = {"one", "two"};
    Bench bench(setup);
    bench.see(8, "two", 2);
    bench.see(8, "three", 2);
    CHECK(bench.found->bisection().answer().rates[0].after.crashes == 2);
    CHECK(bench.found->other_crashes().size() == 1);
  }
  SUBCASE("by its title")
  {
    CaseSetup setup;
    setup.titles = {"BUG in two"};
    Bench bench(setup);
    bench.see(8, "one");
    bench.see(8, "two");
    CHECK(bench.found->signature() == "two");
    CHECK(bench.found->other_crashes().at("one") == 1);
  }
  SUBCASE("by a further crash of the same run")
  {
    CaseSetup setup;
    setup.signatures = {"two"};
    Bench bench(setup);
    Record record;
    record.commit = "8";
    record.channel = "run";
    record.outcome = Outcome::crash;
    record.signature = "one";
    record.also = {{"two", "BUG in two"}};
    CHECK(bench.found->sight(record) == Sight::crash);
    record.also.clear();
    CHECK(bench.found->sight(record) == Sight::other);
  }
}

TEST_CASE("passes_wanted")
{
  CHECK(passes_wanted(1) == 1);
  CHECK(passes_wanted(0.5) == 5); // 1/2^5 is below a twentieth
  CHECK(passes_wanted(0.1) == 29);
  CHECK(passes_wanted(0.01) == 30);
  CHECK(passes_wanted(0) == 30);
}
