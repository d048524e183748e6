// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/scope.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static std::map<std::string, Target> farm()
{
  std::map<std::string, Target> targets;
  const auto add = [&](const char* name, Arch arch, const char* mmu) {
    targets[name].name = name;
    targets[name].arch = arch;
    targets[name].mmu = mmu;
  };
  add("x86_64", Arch::x86_64, "");
  add("ppc64le-radix", Arch::ppc64le, "radix");
  add("ppc64le-hash", Arch::ppc64le, "hash");
  return targets;
}

static BisectedRates
rates(const char* target, unsigned crashes, unsigned passes, double affected)
{
  BisectedRates rates;
  rates.target = target;
  rates.crashes_with = crashes;
  rates.passes_with = passes;
  rates.affected = affected;
  return rates;
}

TEST_CASE("engine::scope_of")
{
  const auto targets = farm();
  CHECK(scope_of({}, targets).empty());
  SUBCASE("what was not tested is said")
  {
    CHECK(scope_of({rates("x86_64", 3, 0, 1)}, targets) ==
          "seen on x86_64; not tested on ppc64le-hash, ppc64le-radix");
  }
  SUBCASE("neutral")
  {
    CHECK(scope_of({rates("x86_64", 3, 0, 1), rates("ppc64le-hash", 1, 3, 1)},
                   targets) == "neutral: seen on ppc64le-hash, x86_64; not "
                               "tested on ppc64le-radix");
  }
  SUBCASE("one architecture")
  {
    CHECK(scope_of({rates("x86_64", 3, 0, 1),
                    rates("ppc64le-radix", 0, 12, 0.02),
                    rates("ppc64le-hash", 0, 12, 0.03)},
                   targets) ==
          "x86_64 only: seen on x86_64; not on ppc64le-hash (0 of 12 runs, "
          "97.0 %), ppc64le-radix (0 of 12 runs, 98.0 %)");
  }
  SUBCASE("one MMU")
  {
    const auto text = scope_of(
        {rates("ppc64le-radix", 0, 12, 0.02), rates("ppc64le-hash", 4, 12, 1)},
        targets);
    CHECK(text.starts_with("hash MMU only: seen on ppc64le-hash"));
    CHECK(text.ends_with("not tested on x86_64"));
  }
  SUBCASE("too few runs say nothing")
  {
    const auto text = scope_of(
        {rates("x86_64", 3, 0, 1), rates("ppc64le-radix", 0, 2, 0.4)}, targets);
    CHECK(text == "seen on x86_64; passed 2 runs on ppc64le-radix, too few to "
                  "tell; not tested on ppc64le-hash");
  }
}
