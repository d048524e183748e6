// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/display.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static LiveStep step_in(const std::string& label, const std::string& phase)
{
  LiveStep step;
  step.label = label;
  step.progress.phase = phase;
  return step;
}

TEST_CASE("PlainDisplay")
{
  std::string out;
  PlainDisplay display([&](std::string_view bytes) { out += bytes; });
  SUBCASE("writes one line for each phase, however often it is shown")
  {
    display.show({step_in("run a", ""), step_in("run b", "boot")});
    display.show({step_in("run a", "boot"), step_in("run b", "boot")});
    display.show({step_in("run a", "memcg"), step_in("run b", "boot")});
    display.show({step_in("run a", "memcg")});
    CHECK(out == "run b: boot\nrun a: boot\nrun a: memcg\n");
  }
  SUBCASE("begins anew with a step that runs again")
  {
    display.show({step_in("run a", "boot")});
    display.show({});
    display.show({step_in("run a", "boot")});
    CHECK(out == "run a: boot\nrun a: boot\n");
  }
  SUBCASE("writes no control characters of a step's")
  {
    display.show({step_in("run a", "b\x1b[2J")});
    display.say("done");
    CHECK(out == "run a: b?[2J\ndone\n");
  }
}

TEST_CASE("LiveDisplay")
{
  std::string out;
  const auto sink = [&](std::string_view bytes) { out += bytes; };
  const auto size = [] { return TerminalSize{80, 24}; };
  SUBCASE("draws a new step at once, but not the same one all the time")
  {
    LiveDisplay display(sink, size);
    display.show({step_in("run a", "boot")});
    CHECK(out.find("run a  boot") != std::string::npos);
    out.clear();
    for (int i = 0; i < 100; ++i) {
      display.show({step_in("run a", "boot")});
    }
    CHECK(out.size() < 2000);
  }
  SUBCASE("keeps live lines below what is said")
  {
    LiveDisplay display(sink, size);
    display.show({step_in("run a", "boot")});
    out.clear();
    display.say("built");
    const auto said = out.find("built");
    const auto live = out.find("run a");
    REQUIRE(said != std::string::npos);
    REQUIRE(live != std::string::npos);
    CHECK(said < live);
  }
  SUBCASE("shows the cursor when nothing runs any more")
  {
    LiveDisplay display(sink, size);
    display.show({step_in("run a", "boot")});
    display.show({});
    CHECK(out.ends_with("\x1b[?25h"));
  }
  SUBCASE("shows it, too, when it goes in the middle")
  {
    {
      LiveDisplay display(sink, size);
      display.show({step_in("run a", "boot")});
    }
    CHECK(out.ends_with("\x1b[?25h"));
  }
}
