// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/blame.h"
#include "engine/cells.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static Cell a_cell(const char* kernel,
                   const char* target,
                   std::vector<std::string> signatures)
{
  Cell cell;
  cell.kernel = kernel;
  cell.target = target;
  cell.kconfig = "mm-debug";
  cell.signatures = std::move(signatures);
  return cell;
}

TEST_CASE("a series is not blamed for what the base shows on that target")
{
  std::vector<Cell> cells = {a_cell("base", "x86_64", {"a", "b"}),
                             a_cell("base", "ppc64le-hash", {}),
                             a_cell("series", "x86_64", {"b"}),
                             a_cell("series", "x86_64", {"b", "c"}),
                             a_cell("series", "ppc64le-hash", {"b"}),
                             a_cell("series", "x86_64", {})};
  mark_what_the_base_has(cells);
  std::vector<bool> marked;
  for (const auto& cell : cells) {
    marked.push_back(cell.base_has_it);
  }
  CHECK(marked == std::vector<bool>{false, false, true, false, false, false});
}

TEST_CASE("a series is not blamed for a kernel that the base lacks, too")
{
  std::vector<Cell> cells = {a_cell("base", "x86_64", {}),
                             a_cell("series", "x86_64", {}),
                             a_cell("series", "ppc64le-hash", {})};
  for (auto& cell : cells) {
    cell.verdict = Verdict::build_failed;
  }
  mark_what_the_base_has(cells);
  CHECK_FALSE(cells[0].base_has_it);
  CHECK(cells[1].base_has_it);
  CHECK_FALSE(cells[2].base_has_it);
}

TEST_CASE("a cell keeps each signature once, the title's first")
{
  const StepLabel label{
      0, false, "series", "x86_64", "mm-debug", "memcg", 1, 3};
  const auto run = [&](const char* id, Verdict verdict, const char* signature) {
    RunOutcome outcome;
    outcome.run_id = id;
    outcome.verdict = verdict;
    outcome.title = signature;
    outcome.findings = {{signature, "", "", signature, false}};
    return ObservedRun{label, outcome};
  };
  const auto cells = cells_of({run("1", Verdict::oracle_failed, "slow"),
                               run("2", Verdict::pass, "fine"),
                               run("3", Verdict::crash, "BUG"),
                               run("4", Verdict::oracle_failed, "slow")});
  REQUIRE(cells.size() == 1);
  CHECK(cells[0].title == "BUG");
  CHECK(cells[0].run_id == "3");
  CHECK(cells[0].signatures == std::vector<std::string>{"BUG", "slow"});
}
