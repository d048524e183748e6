// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/report.h"
#include "model/verdict.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("model::parse_verdict is the inverse of to_string")
{
  for (const auto* name : {"pass",
                           "skip",
                           "crash",
                           "hang",
                           "oracle-failed",
                           "boot-failed",
                           "build-failed",
                           "apply-failed",
                           "infra"}) {
    const auto verdict = parse_verdict(name);
    REQUIRE(verdict.has_value());
    CHECK(to_string(*verdict) == std::string(name));
  }
  CHECK_FALSE(parse_verdict("oracle_failed").has_value());
}

TEST_CASE("model::is_kernel_failure leaves the farm's own failures out")
{
  CHECK(is_kernel_failure(Verdict::crash));
  CHECK(is_kernel_failure(Verdict::build_failed));
  CHECK_FALSE(is_kernel_failure(Verdict::pass));
  CHECK_FALSE(is_kernel_failure(Verdict::skip));
  CHECK_FALSE(is_kernel_failure(Verdict::infra));
}

static int code_of(std::initializer_list<Verdict> verdicts)
{
  JobReport report;
  for (const auto verdict : verdicts) {
    Cell cell;
    cell.verdict = verdict;
    report.cells.push_back(cell);
  }
  return exit_code(report);
}

TEST_CASE("model::exit_code")
{
  CHECK(code_of({Verdict::pass, Verdict::skip}) == 0);
  CHECK(code_of({Verdict::pass, Verdict::hang}) == 1);
  CHECK(code_of({Verdict::apply_failed}) == 2);
  CHECK(code_of({Verdict::pass, Verdict::infra}) == 3);
  CHECK(code_of({Verdict::infra, Verdict::crash}) == 1);
}

TEST_CASE("model::parse_arch")
{
  CHECK(*parse_arch("ppc64le") == Arch::ppc64le);
  CHECK(kernel_arch(Arch::ppc64le) == std::string("powerpc"));
  CHECK_FALSE(parse_arch("powerpc").has_value());
}
