// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/bisect_progress.h"
#include "apps/bisect_report.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static Case line(std::size_t commits)
{
  CaseSetup setup;
  for (std::size_t i = 0; i <= commits; ++i) {
    setup.range.commits.push_back(
        {std::to_string(i), "subject " + std::to_string(i)});
    if (i > 0) {
      setup.range.parents.push_back(
          i > 1 ? std::vector<Node>{static_cast<Node>(i - 1)}
                : std::vector<Node>{});
    }
  }
  auto made = Case::make(std::move(setup));
  REQUIRE(made);
  return std::move(*made);
}

static void observe(Case& found, Node node, Outcome outcome, int times)
{
  for (int i = 0; i < times; ++i) {
    Record record;
    record.number = found.next_number();
    record.commit = std::to_string(node);
    record.channel = "run";
    record.outcome = outcome;
    REQUIRE(found.add(record));
  }
}

TEST_CASE("bisect_text")
{
  auto found = line(16);
  observe(found, 16, Outcome::crash, 4);
  observe(found, 8, Outcome::crash, 4);
  observe(found, 7, Outcome::pass, 12);
  SUBCASE("names the culprit, its rates and what would shake it")
  {
    const auto text = bisect_text(found, {HuntEnd::answered, "0123"});
    CHECK(text.starts_with("8 subject 8 brought it (9"));
    CHECK(text.find("8/8 100%") != std::string::npos);
    CHECK(text.find("before it 0/12 0%") != std::string::npos);
    CHECK(text.find("doubt     a crash at 7 subject 7") != std::string::npos);
    CHECK(text.find("20 runs") != std::string::npos);
  }
  SUBCASE("the JSON says the same")
  {
    const auto text = bisect_json(found, {HuntEnd::answered, "0123"});
    CHECK(text.starts_with(
        R"({"kind":"bisection","culprit":{"commit":"8","subject":"subject 8"})"));
    CHECK(text.find(R"("conclusion":"culprit")") != std::string::npos);
  }
  SUBCASE("git gets what is sure")
  {
    const auto log = git_bisect_log(found);
    CHECK(log.find("git bisect bad 8\n") != std::string::npos);
    CHECK(log.find("git bisect good 7\n") != std::string::npos);
  }
}

TEST_CASE("posterior_blocks")
{
  auto found = line(16);
  SUBCASE("are all alike while nothing is known")
  {
    const auto blocks = posterior_blocks(found, 80);
    std::string full;
    for (int i = 0; i < 16; ++i) {
      full += "█";
    }
    CHECK(blocks == full);
  }
  SUBCASE("stand where the culprit is, in as many columns as there are")
  {
    observe(found, 16, Outcome::crash, 4);
    observe(found, 8, Outcome::crash, 4);
    observe(found, 7, Outcome::pass, 12);
    CHECK(posterior_blocks(found, 80) == "       █        ");
    CHECK(posterior_blocks(found, 4) == " █  ");
  }
}

TEST_CASE("hunt_time_left")
{
  using std::chrono::seconds;
  CHECK_FALSE(hunt_time_left(7, 6.5, seconds(60)));
  CHECK_FALSE(hunt_time_left(7, 3, seconds(1)));
  const auto left = hunt_time_left(7, 3.65, seconds(100));
  REQUIRE(left);
  CHECK(*left == seconds(100));
}
